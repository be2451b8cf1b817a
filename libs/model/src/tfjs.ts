// What runs on TensorFlow.js, as an entry of its own: whoever runs ONNX graphs alone never loads that library.
export * from './tfjs/apply-layer.js';
export * from './tfjs/inference-net.js';
export * from './tfjs/load-tfjs.js';
export * from './tfjs/pixels-to-input.js';
export * from './tfjs/tfjs-backend.js';

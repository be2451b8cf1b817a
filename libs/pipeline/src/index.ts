export type * from './classifier/classifier.js';
export * from './classifier/create-classifier.js';
export * from './item/index.js';
export * from './crops/cut-crop.js';
export * from './decode/decode-views.js';
export * from './decode/read-header.js';
export * from './quantization/calibrate-model.js';
export * from './quantization/compare-models.js';
export type { CalibrationImages } from './quantization/read-images.js';

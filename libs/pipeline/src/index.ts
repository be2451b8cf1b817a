export type * from './classifier/classifier.js';
export * from './classifier/create-classifier.js';
export * from './item/index.js';
export * from './crops/cut-crop.js';
export * from './decode/decode-views.js';
export * from './decode/read-header.js';

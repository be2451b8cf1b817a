export type * from './classifier/classifier.js';
export * from './classifier/create-classifier.js';
export * from './item/index.js';

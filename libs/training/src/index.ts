export * from './data/index.js';
export * from './evaluation/index.js';
export * from './report/index.js';
export type * from './trainer/train-model-options.js';
export * from './trainer/train-model.js';
export type * from './trainer/train-model-options.js';
export type * from './trainer/training-progress.js';

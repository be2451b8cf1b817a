export * from './data/index.js';
export * from './kernels/batch-normalize.js';
export * from './kernels/register-gradient-kernels.js';
export * from './report/training-report.js';
export * from './trainer/train-model.js';
export type * from './trainer/training-progress.js';

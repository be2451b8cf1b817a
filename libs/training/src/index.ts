export * from './kernels/batch-normalize.js';
export * from './kernels/register-gradient-kernels.js';

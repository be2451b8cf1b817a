export * from './data/index.js';
export * from './report/training-report.js';

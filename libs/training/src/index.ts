export * from './report/training-report.js';

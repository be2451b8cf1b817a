export * from './evaluation-report.js';
export * from './training-report.js';

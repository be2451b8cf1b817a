export * from './data/index.js';
export * from './evaluation/index.js';
export * from './report/index.js';

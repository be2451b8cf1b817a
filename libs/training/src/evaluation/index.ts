export type * from './class-metrics.js';
export * from './confusion.js';
export type * from './evaluation.js';
export * from './evaluation-tally.js';
export * from './match-labels.js';

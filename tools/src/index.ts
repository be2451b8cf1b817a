export * from './drawn/draw-picture.js';
export * from './drawn/drawn-classes.js';
export * from './drawn/write-pictures.js';
export * from './stack/managed-process.js';
export * from './stack/start-redis.js';
export * from './stack/start-s3.js';
export * from './stack/start-stack.js';

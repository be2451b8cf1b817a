export * from './stack/managed-process.js';
export * from './stack/start-redis.js';
export * from './stack/start-s3.js';
export * from './stack/start-stack.js';

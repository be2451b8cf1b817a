export type * from './images/image-source.js';
export type * from './objects/object-store.js';

export * from './classify-item.js';
export * from './map-in-order.js';

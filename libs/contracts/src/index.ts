export {
  CroplineClient,
  type CallOptions,
  type ClassifyCallOptions,
  type CroplineClientOptions,
  type ImageInput,
} from './client/cropline-client.js';
export * from './errors/cropline-error.js';
export * from './errors/error-codes.js';
export * from './errors/error-facts.js';
export * from './schemas/batch.js';
export * from './schemas/classification.js';
export * from './schemas/item-result.js';
export * from './schemas/item.js';
export * from './schemas/crops.js';
export * from './schemas/options.js';
export * from './schemas/precision.js';
export * from './schemas/problem.js';
export * from './settings/read-settings.js';
export * from './settings/setting-groups.js';
export * from './settings/setting-types.js';
export * from './version.js';

export {
  CroplineClient,
  type CallOptions,
  type ClassifyCallOptions,
  type CroplineClientOptions,
  type ImageInput,
} from './cropline-client.js';
export type { WatchOptions } from './watch-batch.js';

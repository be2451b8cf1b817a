export { CroplineClient } from './cropline-client.js';
export type {
  CallOptions,
  ClassifyCallOptions,
  CroplineClientOptions,
  DownloadOptions,
  ImageInput,
  ResultFilters,
  ResultsFormat,
  SubmitLinesOptions,
  SubmitOptions,
  UploadOptions,
} from './client-options.js';
export type { LineSource } from './line-body.js';
export type { FileToUpload, UploadBody, UploadedFile } from './upload-files.js';
export type { WatchOptions } from './watch-batch.js';

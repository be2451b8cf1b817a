export { createHookSender, type HookSender, type HookSenderOptions } from './hooks/hook-sender.js';
export { createImageSource } from './images/create-image-source.js';
export type * from './images/image-source.js';
export { checkedReader, type ObjectReader } from './objects/checked-reader.js';
export { createObjectStore } from './objects/create-object-store.js';
export type * from './objects/object-store.js';
export { joinS3Url, parseS3Url, type S3Location } from './objects/s3-url.js';
export { withSecretFiles } from './secret-files.js';
export { shownUrl } from './shown-url.js';

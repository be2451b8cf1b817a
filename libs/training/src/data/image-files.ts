import { parse, resolve } from 'node:path';
import { createImageSource, createObjectStore, type ObjectStore } from '@cropline/storage';
import type { ImageAccess } from './image-access.js';

/** Reads images and lists objects. */
export interface ImageFiles {
  readonly store: ObjectStore;
  /** The bytes of an image. @throws CroplineError `IMAGE_*`, or the signal's reason */
  read(url: string, signal?: AbortSignal): Promise<Buffer>;
  close(): Promise<void>;
}

const CONNECTIONS = 16;

/**
 * Opens the way to images on this machine, in S3 and on the web. The images are the user's own, so any
 * folder and any network may be read from.
 */
export function openImageFiles({ s3, maxBytes, timeoutMs }: ImageAccess): ImageFiles {
  const { endpoint, region } = s3;
  const store = createObjectStore({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    maxSockets: CONNECTIONS,
  });
  const source = createImageSource({
    store,
    maxBytes,
    timeoutMs,
    fileRoots: [parse(resolve('.')).root],
    allowNetworks: ['0.0.0.0/0', '::/0'],
  });
  return {
    store,
    read: async (url, signal) =>
      (await source.fetch(url, signal === undefined ? {} : { signal })).bytes,
    close: async () => {
      await source.close();
      store.close();
    },
  };
}

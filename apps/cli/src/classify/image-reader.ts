import { fileURLToPath } from 'node:url';
import { CroplineError } from '@cropline/contracts';
import type { ItemStages } from '@cropline/pipeline';
import type { ImageSource } from '@cropline/storage';
import type { CliConfig } from '../config/config.js';
import { readImageFile } from './read-image-file.js';

/** Reads images: local files by itself, all else through an image source that is opened when it is needed. */
export interface ImageReader {
  readonly fetch: ItemStages['fetch'];
  close(): Promise<void>;
}

/** Makes an image reader with the limits of the configuration. */
export function createImageReader(config: CliConfig, concurrency: number): ImageReader {
  const { maxBytes } = config.images;
  let remote: Promise<ImageSource> | null = null;
  return {
    fetch: async (url, options) => {
      if (/^file:/i.test(url)) {
        return { bytes: await readImageFile(pathOf(url), maxBytes), attempts: 1 };
      }
      remote ??= openRemote(config, concurrency);
      return (await remote).fetch(url, options);
    },
    close: async () => {
      await (await remote)?.close();
    },
  };
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new CroplineError(
      'IMAGE_URL_INVALID',
      'Expected a file URL with an absolute path on this machine, such as file:///photos/cat.jpg.',
      { cause: error },
    );
  }
}

async function openRemote(config: CliConfig, concurrency: number): Promise<ImageSource> {
  const { createImageSource, createObjectStore } = await import('@cropline/storage');
  const { endpoint, region } = config.s3;
  const store = createObjectStore({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    maxSockets: concurrency,
  });
  const source = createImageSource({
    store,
    maxBytes: config.images.maxBytes,
    timeoutMs: config.images.timeoutMs,
    // A worker guards its network against the URLs of strangers; here they are the user's own.
    allowNetworks: ['0.0.0.0/0', '::/0'],
  });
  return {
    fetch: (url, options) => source.fetch(url, options),
    close: async () => {
      await source.close();
      store.close();
    },
  };
}

import { createImageSource, createObjectStore, type ImageSourceOptions } from '@cropline/storage';
import { outcomeOf } from './outcome-of.js';

/** What comes of fetching an image as a worker does: an error code, or `let through: ` and its first bytes. */
export async function fetchedFrom(
  url: string,
  options: Partial<ImageSourceOptions> = {},
): Promise<string> {
  const store = options.store ?? createObjectStore({ region: 'us-east-1' });
  const source = createImageSource({
    store,
    maxBytes: 2 ** 20,
    timeoutMs: 10_000,
    attempts: 1,
    ...options,
  });
  try {
    return await outcomeOf(
      () => source.fetch(url),
      ({ bytes }) => `let through: ${bytes.toString('latin1', 0, 40)}`,
    );
  } finally {
    await source.close();
    if (options.store === undefined) store.close();
  }
}

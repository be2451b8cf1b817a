import { setTimeout as pause } from 'node:timers/promises';
import { CroplineError } from '@cropline/contracts';
import { shownUrl } from '../shown-url.js';
import { createAddressPolicy } from './address-policy.js';
import { fileFetcher } from './fetch-file.js';
import { httpFetcher } from './fetch-http.js';
import { objectFetcher } from './fetch-object.js';
import { imageFault } from './image-fault.js';
import type { ImageFetcher } from './image-fetcher.js';
import type {
  FetchedImage,
  FetchOptions,
  ImageSource,
  ImageSourceOptions,
} from './image-source.js';
import { retryPause } from './retry-pause.js';
import { StorePatience, type Patience } from './store-patience.js';
import { withinTime } from './within-time.js';

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_ATTEMPTS = 4;
const DEFAULT_BACKOFF_MS = 200;

/**
 * Fetches images from `s3://`, `https://`, `http://` and `file://` URLs, within limits of size and time,
 * and tries again what may pass. Its connections stay open for the next image until it is closed; the
 * store stays the caller's.
 *
 * @throws `CONFIG_INVALID` when `allowNetworks` holds what is no network.
 * @example
 * const source = createImageSource({ store, maxBytes: 50 * 2 ** 20, timeoutMs: 30_000 });
 * const { bytes, attempts } = await source.fetch('s3://photos/cat.jpg');
 */
export function createImageSource(options: ImageSourceOptions): ImageSource {
  return new RetryingImageSource(options);
}

class RetryingImageSource implements ImageSource {
  readonly #options: ImageSourceOptions;
  readonly #fetchers: ReadonlyMap<string, ImageFetcher>;
  readonly #closeHttp: () => Promise<void>;

  constructor(options: ImageSourceOptions) {
    this.#options = options;
    const http = httpFetcher({
      policy: createAddressPolicy(options.allowNetworks),
      connectTimeoutMs:
        options.connectTimeoutMs ?? Math.min(DEFAULT_CONNECT_TIMEOUT_MS, options.timeoutMs),
    });
    this.#closeHttp = http.close;
    this.#fetchers = new Map([
      ['s3:', objectFetcher(options.store, options.buckets)],
      ['https:', http.fetch],
      ['http:', http.fetch],
      ['file:', fileFetcher(options.fileRoots ?? [])],
    ]);
  }

  async fetch(url: string, options: FetchOptions = {}): Promise<FetchedImage> {
    const { backoffMs = DEFAULT_BACKOFF_MS } = this.#options;
    const { signal } = options;
    const patience = this.#patience(url, options);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { bytes: await this.#fetchOnce(url, signal), attempts: attempt };
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof CroplineError)) throw error;
        const goesOn = error.retryable && (await patience.goesOn(error, attempt));
        signal?.throwIfAborted();
        if (!goesOn) throw counted(error, attempt);
        const askedMs = error.details?.['retryAfterMs'];
        await pauseFor(
          retryPause({
            attempt,
            backoffMs,
            askedMs: typeof askedMs === 'number' ? askedMs : undefined,
          }),
          signal,
        );
      }
    }
  }

  close(): Promise<void> {
    return this.#closeHttp();
  }

  /** What decides whether a fault that may pass is tried again. */
  #patience(url: string, { cancelled }: FetchOptions): Patience {
    const { attempts = DEFAULT_ATTEMPTS, store, timeoutMs, onStoreAway } = this.#options;
    if (onStoreAway === undefined || !url.startsWith('s3:')) {
      return { goesOn: (_, attempt) => Promise.resolve(attempt < attempts) };
    }
    return new StorePatience({ url, attempts, store, timeoutMs, onStoreAway, cancelled });
  }

  async #fetchOnce(url: string, caller: AbortSignal | undefined): Promise<Buffer> {
    const { maxBytes, timeoutMs } = this.#options;
    const fetcher = this.#fetcherOf(url);
    return await withinTime((signal) => fetcher(url, { maxBytes, signal }), {
      timeoutMs,
      signal: caller,
      onTimeout: () =>
        imageFault(
          'IMAGE_FETCH_TIMEOUT',
          `${shownUrl(url)} did not arrive within ${timeoutMs} ms.`,
        ),
    });
  }

  #fetcherOf(url: string): ImageFetcher {
    const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase();
    if (scheme === undefined) {
      throw imageFault(
        'IMAGE_URL_INVALID',
        'Expected an absolute URL such as s3://bucket/cat.jpg, but received one without a scheme.',
      );
    }
    const fetcher = this.#fetchers.get(scheme);
    if (fetcher === undefined) {
      throw imageFault(
        'IMAGE_SCHEME_UNSUPPORTED',
        `Expected an s3:, https:, http: or file: URL, but received ${shownUrl(url)}; put the image where one of these leads.`,
      );
    }
    return fetcher;
  }
}

/** The same error with the number of attempts, which its message tells where there were several. */
function counted(error: CroplineError, attempts: number): CroplineError {
  const message =
    attempts === 1
      ? error.message
      : `${error.message.replace(/\.$/, '')}, in the last of ${attempts} attempts.`;
  return new CroplineError(error.code, message, {
    cause: error.cause,
    retryable: error.retryable,
    details: { ...error.details, attempts },
  });
}

async function pauseFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(milliseconds, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

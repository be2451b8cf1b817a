import {
  checkReadable,
  CroplineError,
  type BucketRules,
  type ErrorCode,
} from '@cropline/contracts';
import { TooManyBytesError } from '../bytes/collect-bytes.js';
import type { ObjectStore } from '../objects/object-store.js';
import { parseS3Url } from '../objects/s3-url.js';
import { shownUrl } from '../shown-url.js';
import { imageFault, tooLarge } from './image-fault.js';
import type { ImageFetcher } from './image-fetcher.js';

const IMAGE_CODES: Partial<Record<ErrorCode, ErrorCode>> = {
  STORAGE_OBJECT_NOT_FOUND: 'IMAGE_NOT_FOUND',
  STORAGE_ACCESS_DENIED: 'IMAGE_ACCESS_DENIED',
  STORAGE_LOCATION_INVALID: 'IMAGE_URL_INVALID',
  STORAGE_UNAVAILABLE: 'IMAGE_FETCH_FAILED',
  STORAGE_CREDENTIALS_EXPIRED: 'IMAGE_FETCH_FAILED',
  LOCATION_FORBIDDEN: 'IMAGE_LOCATION_FORBIDDEN',
};

/** Reads `s3://` URLs. The store does not retry: attempts are counted in one place, by the image source. */
export function objectFetcher(
  store: Pick<ObjectStore, 'get'>,
  buckets: BucketRules = {},
): ImageFetcher {
  return async (url, { maxBytes, signal }) => {
    try {
      if (parseS3Url(url).key === '') {
        throw imageFault(
          'IMAGE_URL_INVALID',
          `Expected s3://bucket/key, but ${shownUrl(url)} names no object.`,
        );
      }
      checkReadable(buckets, url);
      return await store.get(url, { maxBytes, signal, retry: false });
    } catch (error) {
      if (error instanceof TooManyBytesError) throw tooLarge(url, error);
      if (!(error instanceof CroplineError)) throw error;
      const { code, message, retryable, details } = error;
      const status = details?.['status'];
      const retryAfterMs = details?.['retryAfterMs'];
      throw imageFault(IMAGE_CODES[code] ?? code, message, {
        cause: error,
        retryable,
        status: typeof status === 'number' ? status : undefined,
        retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
      });
    }
  };
}

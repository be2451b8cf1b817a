/** The limits of one attempt at one image. */
export interface FetchLimits {
  readonly maxBytes: number;
  /** Aborted when the attempt's time is over or the caller gave up. */
  readonly signal: AbortSignal;
}

/**
 * Fetches an image from one kind of URL, once.
 *
 * @throws An `IMAGE_*` error; one that is `retryable` is tried again.
 */
export type ImageFetcher = (url: string, limits: FetchLimits) => Promise<Buffer>;

import type { BucketRules, CroplineError } from '@cropline/contracts';
import type { ObjectStore } from '../objects/object-store.js';

/** What images may be fetched, and how patiently. */
export interface ImageSourceOptions {
  /** Reads `s3://` URLs. */
  readonly store: ObjectStore;
  /** A larger image is refused (`IMAGE_TOO_LARGE`), by its Content-Length or as it arrives. */
  readonly maxBytes: number;
  /** For one attempt, from connecting to the last byte, in milliseconds. */
  readonly timeoutMs: number;
  /** Until a connection stands, in milliseconds; default 10,000 or `timeoutMs` where that is less. */
  readonly connectTimeoutMs?: number;
  /** Folders below which `file://` URLs are read; none by default. Symbolic links are followed, then checked. */
  readonly fileRoots?: readonly string[];
  /** CIDR networks that may be fetched from although they are private, loopback or link-local. */
  readonly allowNetworks?: readonly string[];
  /** Which `s3://` URLs are read; all that the store can read by default. */
  readonly buckets?: BucketRules;
  /** How often a fault that may pass is tried; default 4. */
  readonly attempts?: number;
  /** The first pause between attempts in milliseconds; it doubles, with jitter. Default 200. */
  readonly backoffMs?: number;
  /**
   * Has an image in the object store wait for as long as the store itself is away or refuses expired
   * credentials, which is no fault of the image; called each time that it goes on waiting. Without it such
   * an image fails like any other.
   */
  readonly onStoreAway?: (fault: CroplineError) => void;
}

/** Who else may end a fetch. */
export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** Whether the image is not wanted any more; asked before it goes on waiting for a store that is away. */
  readonly cancelled?: () => boolean;
}

/** The bytes of an image, and how many attempts they took. */
export interface FetchedImage {
  readonly bytes: Buffer;
  readonly attempts: number;
}

/** Fetches images from `s3://`, `https://`, `http://` and `file://` URLs. */
export interface ImageSource {
  /**
   * @throws CroplineError `IMAGE_*` with `details.attempts` (and no secret of the URL in its message), or
   *   the signal's reason.
   */
  fetch(url: string, options?: FetchOptions): Promise<FetchedImage>;
  close(): Promise<void>;
}

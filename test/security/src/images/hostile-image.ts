/** A file that calls itself an image, and what must come of it. */
export interface HostileImage {
  readonly name: string;
  /** An error code, or `decoded`. */
  readonly expected: string;
  /** Its bytes; the same each time. */
  make(): Promise<Buffer>;
}

/** The most pixels that the images are decoded with, far below the default: bombs stay small to make. */
export const MAX_PIXELS = 4_000_000;

/** The most memory, in bytes, that decoding one of them may take beside what the process had. */
export const MAX_GROWTH = 96 * 2 ** 20;

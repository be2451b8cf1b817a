import type { Readable } from 'node:stream';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';

/** The range that is the whole of an object; of an empty one there is none, which is `InvalidRange`. */
export const WHOLE = 'bytes=0-';

/** An answer that would make a shorter object of the one that was asked for. */
export class CutShortError extends Error {
  override readonly name = 'CutShortError';

  constructor() {
    super('it announced fewer bytes than the range has that it sends');
  }
}

/**
 * Whether an answer is as long as the range that it says it is. HTTP ends a body where its Content-Length
 * says: a wrong one, of a proxy that broke off, would make a shorter object of it. Therefore whole objects
 * are asked for as the range from 0.
 *
 * @param contentRange Such as `bytes 0-99/100`; without it nothing can be told.
 */
export function isRangeWhole(
  contentRange: string | undefined,
  contentLength: number | undefined,
): boolean {
  const range = /^bytes (\d+)-(\d+)\//.exec(contentRange ?? '');
  if (range === null || contentLength === undefined) return true;
  return Number(range[2]) - Number(range[1]) + 1 === contentLength;
}

/** The same of an answer of the SDK, whose body is given up where it is not. */
export function isWhole({
  Body,
  ContentLength,
  ContentRange,
}: Pick<GetObjectCommandOutput, 'Body' | 'ContentLength' | 'ContentRange'>): boolean {
  if (isRangeWhole(ContentRange, ContentLength)) return true;
  (Body as Readable).on('error', () => undefined).destroy();
  return false;
}

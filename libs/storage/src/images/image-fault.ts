import { CroplineError, type ErrorCode } from '@cropline/contracts';
import type { TooManyBytesError } from '../bytes/collect-bytes.js';
import { shownUrl } from '../shown-url.js';

/** What an image fault may carry. */
export interface ImageFaultOptions {
  readonly cause?: unknown;
  /** Whether another attempt may help; the code's own default when left out. */
  readonly retryable?: boolean;
  /** The HTTP status that came. */
  readonly status?: number | undefined;
  /** The pause that the source asked for before the next attempt. */
  readonly retryAfterMs?: number | undefined;
}

/** An `IMAGE_*` error of one attempt. `message` holds no URL but by `shownUrl`. */
export function imageFault(
  code: ErrorCode,
  message: string,
  { cause, retryable, status, retryAfterMs }: ImageFaultOptions = {},
): CroplineError {
  return new CroplineError(code, message, {
    cause,
    ...(retryable === undefined ? {} : { retryable }),
    details: {
      ...(status === undefined ? {} : { status }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  });
}

const count = (value: number): string => value.toLocaleString('en-US');

/** `IMAGE_TOO_LARGE`, with both numbers where both are known. */
export function tooLarge(url: string, { limit, announced }: TooManyBytesError): CroplineError {
  const size = announced === undefined ? 'has more bytes than' : `has ${count(announced)} bytes,`;
  return imageFault(
    'IMAGE_TOO_LARGE',
    `${shownUrl(url)} ${size} the limit ${announced === undefined ? 'of' : 'is'} ${count(limit)}${announced === undefined ? ' bytes' : ''}.`,
  );
}

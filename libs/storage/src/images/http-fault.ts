import { CroplineError, describeCause, type ErrorCode } from '@cropline/contracts';
import { errors } from 'undici';
import { retryAfterMs } from '../retry-after.js';
import { shownUrl } from '../shown-url.js';
import { systemCode, UNTRUSTED } from '../system-code.js';
import { imageFault } from './image-fault.js';

const STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'IMAGE_ACCESS_DENIED',
  403: 'IMAGE_ACCESS_DENIED',
  404: 'IMAGE_NOT_FOUND',
  407: 'IMAGE_ACCESS_DENIED',
  410: 'IMAGE_NOT_FOUND',
  451: 'IMAGE_ACCESS_DENIED',
};

/** Below 500, what may pass: a time-out of the server's, and too many requests. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);
/** From 500 on, what will not: a method or protocol that is not spoken. */
const FINAL_STATUSES: ReadonlySet<number> = new Set([501, 505, 511]);

/** The fault of an answer that is no image: by its status, and the pause it asks for. */
export function statusFault(
  url: string,
  status: number,
  retryAfter: string | undefined,
): CroplineError {
  const passing = PASSING_STATUSES.has(status) || (status >= 500 && !FINAL_STATUSES.has(status));
  const code = STATUS_CODES[status] ?? (passing ? 'IMAGE_FETCH_FAILED' : 'IMAGE_HTTP_ERROR');
  return imageFault(
    code,
    `Expected an image at ${shownUrl(url)}, but the host answered ${status}.`,
    {
      status,
      ...(passing ? { retryAfterMs: retryAfterMs(retryAfter) } : {}),
    },
  );
}

const TIMEOUTS: ReadonlySet<string> = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);
const UNRESOLVED: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
]);
/** An answer that is not HTTP, or has more headers than are read. */
const NOT_HTTP = /^HPE|^UND_ERR_HEADERS_OVERFLOW$/;

/**
 * What became of a connection, in the words of `IMAGE_*`. What has no code of the system is a fault of
 * ours and returned as it is.
 */
export function connectionFault(error: unknown, url: string): unknown {
  if (error instanceof CroplineError) return error;
  const system = error instanceof errors.HTTPParserError ? 'HPE' : systemCode(error);
  if (system === undefined) return error;
  const shown = shownUrl(url);
  if (UNRESOLVED.has(system)) {
    const message = `The host of ${shown} does not resolve (${system}); check its name.`;
    return imageFault('IMAGE_HOST_UNRESOLVED', message, { cause: error });
  }
  if (TIMEOUTS.has(system)) {
    const message = `The host of ${shown} does not accept a connection in time (${system}).`;
    return imageFault('IMAGE_FETCH_TIMEOUT', message, { cause: error });
  }
  if (UNTRUSTED.test(system)) {
    const message = `No trusted connection to ${shown} could be made (${system}); NODE_EXTRA_CA_CERTS can name further authorities.`;
    return imageFault('IMAGE_FETCH_FAILED', message, { cause: error, retryable: false });
  }
  if (NOT_HTTP.test(system)) {
    const message = `The answer of ${shown} is no HTTP that is understood (${system}).`;
    // It may be the end of an image before it, longer than announced; another attempt has its own connection.
    return imageFault('IMAGE_HTTP_ERROR', message, { cause: error, retryable: system === 'HPE' });
  }
  return imageFault(
    'IMAGE_FETCH_FAILED',
    `The connection to ${shown} failed: ${describeCause(error).replace(/\.$/, '')} (${system}).`,
    { cause: error },
  );
}

import { setTimeout as sleep } from 'node:timers/promises';
import { CroplineError } from '@cropline/contracts';
import type { HttpAddress } from './http-address.js';
import type { PartialFile } from './partial-file.js';
import { networkFailure, SourceFailure } from './source-failure.js';
import { Watchdog } from './watchdog.js';

/** How patient a download is. */
export interface DownloadLimits {
  /** Until the host answers, in milliseconds. */
  readonly responseMs: number;
  /** Between two pieces of the body, in milliseconds. */
  readonly idleMs: number;
  /** How often in a row it may fail without having received anything new. */
  readonly attempts: number;
  /** The first pause between attempts in milliseconds; it doubles, ± half of it by chance. */
  readonly backoffMs: number;
  /** A longer file is refused: no weights are that large. */
  readonly maxBytes: number;
}

export const DOWNLOAD_LIMITS: DownloadLimits = {
  responseMs: 30_000,
  idleMs: 30_000,
  attempts: 4,
  backoffMs: 500,
  maxBytes: 1 << 29,
};

const TEXT_BYTES = 4096;

/** Called as bytes arrive; `totalBytes` is null while the source does not tell. */
export type ByteProgress = (receivedBytes: number, totalBytes: number | null) => void;

/** What a download needs beside its address and its file. */
export interface DownloadOptions {
  readonly limits: DownloadLimits;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: ByteProgress;
}

/**
 * Fills a file from an http(s) address, going on where it stopped: within this call after a broken
 * connection, and in a later one from what was left behind.
 *
 * A range is asked for only of the address that gave the bytes so far, and under `If-Range` with the
 * validator it gave (RFC 9110, section 13.1.5), so that a file which changed meanwhile comes whole. A host
 * that ignores ranges has the file begun again.
 *
 * @throws SourceFailure when the address does not give the file; CroplineError when the disk does not
 *   take it; the signal's reason.
 */
export async function download(
  address: HttpAddress,
  partial: PartialFile,
  options: DownloadOptions,
): Promise<void> {
  await retry(
    options.limits,
    options.signal,
    () => partial.size,
    () => attempt(address, partial, options),
  );
}

/** A small text at an http(s) address, or null when there is none (404, or a bucket's 403). */
export async function fetchText(
  address: HttpAddress,
  options: Pick<DownloadOptions, 'limits' | 'signal'>,
): Promise<string | null> {
  return retry(
    options.limits,
    options.signal,
    () => 0,
    () =>
      watched(options.signal, async (watchdog) => {
        watchdog.expect(options.limits.responseMs);
        const response = await fetch(address.url, {
          headers: address.headers,
          signal: watchdog.signal,
        });
        if ([403, 404, 410].includes(response.status)) {
          await response.body?.cancel();
          return null;
        }
        await requireStatus(response, [200]);
        return await textOf(response);
      }),
  );
}

async function attempt(
  address: HttpAddress,
  partial: PartialFile,
  { limits, signal, onBytes }: DownloadOptions,
): Promise<void> {
  const { origin } = partial;
  const validator = origin?.source === address.fingerprint ? origin.validator : null;
  const from = validator === null ? 0 : partial.size;
  await watched(signal, async (watchdog) => {
    watchdog.expect(limits.responseMs);
    const response = await fetch(address.url, {
      headers: {
        ...address.headers,
        'accept-encoding': 'identity',
        ...(from > 0 && validator !== null
          ? { range: `bytes=${from}-`, 'if-range': validator }
          : {}),
      },
      signal: watchdog.signal,
    });
    if (response.status === 416 && from > 0) {
      await response.body?.cancel();
      // All of it is here already, or the file became shorter.
      if (totalOf(response) === from) return;
      await partial.restart(null);
      throw new SourceFailure('the file changed while it was fetched', { transient: true });
    }
    await requireStatus(response, from > 0 ? [200, 206] : [200]);
    if (response.status === 200) {
      await partial.restart({ source: address.fingerprint, validator: validatorOf(response) });
    } else if (startOf(response) !== from || (validatorOf(response) ?? validator) !== validator) {
      await response.body?.cancel();
      await partial.restart(null);
      throw new SourceFailure('the host sent a part of another file, or another part', {
        transient: true,
      });
    }
    const total = response.status === 206 ? totalOf(response) : lengthOf(response);
    onBytes(partial.size, total);
    for await (const chunk of bodyOf(response)) {
      watchdog.expect(limits.idleMs);
      if (partial.size + chunk.length > limits.maxBytes) {
        await partial.restart(null);
        throw new SourceFailure(`it is longer than ${limits.maxBytes} bytes`);
      }
      await partial.write(chunk);
      onBytes(partial.size, total);
    }
    if (total !== null && partial.size !== total) {
      throw new SourceFailure(`it ended after ${partial.size} of ${total} bytes`, {
        transient: true,
      });
    }
  });
}

function bodyOf({ body }: Response): AsyncIterable<Uint8Array> | readonly Uint8Array[] {
  return (body as AsyncIterable<Uint8Array> | null) ?? [];
}

/** A body as text, the first few thousand bytes at most: what is asked for here is one line. */
async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyOf(response)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > TEXT_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, TEXT_BYTES);
}

/** Runs one request under a watchdog and turns what goes wrong into a SourceFailure. */
async function watched<T>(
  signal: AbortSignal | undefined,
  request: (watchdog: Watchdog) => Promise<T>,
): Promise<T> {
  const watchdog = new Watchdog(signal);
  try {
    return await request(watchdog);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof SourceFailure || error instanceof CroplineError) throw error;
    if (watchdog.timedOut) {
      throw new SourceFailure('the host kept silent for too long', {
        transient: true,
        cause: error,
      });
    }
    throw networkFailure(error);
  } finally {
    watchdog.end();
  }
}

/** Repeats what failed for a passing reason; progress made starts the count again. */
async function retry<T>(
  limits: DownloadLimits,
  signal: AbortSignal | undefined,
  progress: () => number,
  action: () => Promise<T>,
): Promise<T> {
  let failures = 0;
  for (;;) {
    const before = progress();
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof SourceFailure) || !error.transient) throw error;
      failures = progress() > before ? 1 : failures + 1;
      if (failures >= limits.attempts) {
        const often = failures > 1 ? `, ${failures} times in a row` : '';
        throw new SourceFailure(`${error.message}${often}`, {
          code: error.code,
          transient: true,
          cause: error,
        });
      }
    }
    const pause = limits.backoffMs * 2 ** (failures - 1) * (0.5 + Math.random());
    await sleep(pause, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
  }
}

async function requireStatus(response: Response, expected: readonly number[]): Promise<void> {
  if (expected.includes(response.status)) return;
  await response.body?.cancel();
  const { status, statusText } = response;
  throw new SourceFailure(`the host answered ${`${status} ${statusText}`.trim()}`, {
    transient: status >= 500 || status === 429 || status === 408,
  });
}

/**
 * A strong ETag, else the date of the last change: what If-Range may be asked with. None of a body that
 * fetch decompresses, whose ranges would count other bytes.
 */
function validatorOf({ headers }: Response): string | null {
  if (headers.get('content-encoding') !== null) return null;
  const etag = headers.get('etag');
  return etag !== null && !etag.startsWith('W/') ? etag : headers.get('last-modified');
}

function lengthOf({ headers }: Response): number | null {
  const length = headers.get('content-length');
  // Of a body that fetch decompresses, the length is another one.
  if (length === null || headers.get('content-encoding') !== null) return null;
  return Number(length);
}

/** The first byte of a Content-Range, or null. */
function startOf({ headers }: Response): number | null {
  const start = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1];
  return start === undefined ? null : Number(start);
}

/** The length of the whole, by a Content-Range; or null. */
function totalOf({ headers }: Response): number | null {
  const total = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
  return total === undefined ? null : Number(total);
}

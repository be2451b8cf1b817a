import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';

/**
 * Sends bytes as they come, no faster than the reader takes them. The first are awaited before anything is
 * sent, so that what is wrong from the start is an error answer; `begin` then sets status and headers. A later
 * fault cuts the connection off, which the reader sees. A reader who leaves ends the source.
 *
 * @throws What the source throws, unless the reader has left.
 */
export async function sendStream(
  bytes: AsyncIterable<Buffer>,
  begin: () => void,
  request: Request,
  response: Response,
): Promise<void> {
  const source = bytes[Symbol.asyncIterator]();
  const first = await source.next();
  begin();
  if (request.method === 'HEAD' || response.destroyed) {
    await source.return?.();
    response.end();
    return;
  }
  try {
    await pipeline(Readable.from(resumed(first, source), { objectMode: false }), response);
  } catch (error) {
    if (!leftByReader(error)) throw error;
  }
}

async function* resumed(
  first: IteratorResult<Buffer>,
  source: AsyncIterator<Buffer>,
): AsyncGenerator<Buffer> {
  try {
    for (let next = first; next.done !== true; next = await source.next()) yield next.value;
  } finally {
    await source.return?.();
  }
}

function leftByReader(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
}

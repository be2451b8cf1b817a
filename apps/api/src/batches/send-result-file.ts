import { CroplineError } from '@cropline/contracts';
import type { ResultFile } from '@cropline/queue';
import type { Request, Response } from 'express';
import { sendStream } from '../http/send-stream.js';

/** What the file is called and what it is. */
export interface FileFacts {
  readonly name: string;
  readonly type: string;
}

/**
 * Sends results as a file. What is stored has a length and an ETag, and is sent from and to where the request
 * says (RFC 9110, section 14), if it still is the version that the request means; a request for several ranges
 * gets the whole.
 *
 * @throws `RANGE_NOT_SATISFIABLE`, and what reading throws before the first byte.
 */
export async function sendResultFile(
  { stored, read }: ResultFile,
  facts: FileFacts,
  request: Request,
  response: Response,
): Promise<void> {
  const begin = (status: number, headers: Readonly<Record<string, string | number>>): void => {
    response.status(status).attachment(facts.name).type(facts.type);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  };
  if (stored === null) {
    await sendStream(read(), () => begin(200, {}), request, response);
    return;
  }
  const { bytes, etag } = stored;
  const version = { 'Accept-Ranges': 'bytes', ETag: etag };
  if (hasVersion(request, etag)) {
    response.status(304).setHeader('ETag', etag).end();
    return;
  }
  const range = rangeOf(request, stored, response);
  const beginStored = (): void => {
    if (range === null) begin(200, { ...version, 'Content-Length': bytes });
    else {
      const { start, end } = range;
      begin(206, {
        ...version,
        'Content-Range': `bytes ${start}-${end}/${bytes}`,
        'Content-Length': end - start + 1,
      });
    }
  };
  if (request.method === 'HEAD') {
    beginStored();
    response.end();
    return;
  }
  await sendStream(read(range ?? undefined), beginStored, request, response);
}

/** Whether the request says that it has this version; ETags of S3 hold no commas. */
function hasVersion(request: Request, etag: string): boolean {
  const held = request.get('If-None-Match')?.split(',') ?? [];
  return held.some((one) => [etag, '*'].includes(one.trim().replace(/^W\//u, '')));
}

/** The range that the request asks for; null for the whole. */
function rangeOf(
  request: Request,
  { bytes, etag }: NonNullable<ResultFile['stored']>,
  response: Response,
): { readonly start: number; readonly end: number } | null {
  const onlyOf = request.get('If-Range');
  // A weak ETag or a date tells versions apart not well enough to go on by.
  if (onlyOf !== undefined && onlyOf !== etag) return null;
  const ranges = request.range(bytes, { combine: true });
  if (ranges === -1) {
    response.setHeader('Content-Range', `bytes */${bytes}`);
    throw new CroplineError(
      'RANGE_NOT_SATISFIABLE',
      `Expected a range within the ${bytes} bytes of the results; begin before their end.`,
    );
  }
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) {
    return null;
  }
  return ranges[0] ?? null;
}

import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { joinBlocks } from '../bytes/join-blocks.js';
import { noting } from '../bytes/noting.js';
import { parseS3Url } from './s3-url.js';
import { storageError } from './storage-error.js';

/** One part is on its way while the next is gathered. */
const PARTS_AT_ONCE = 2;

/** How a stream is uploaded. */
export interface UploadOptions {
  readonly contentType: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** What is larger is sent in parts of this size. */
  readonly partBytes: number;
}

/**
 * Writes an object of unknown length in bounded memory; it appears when it is complete.
 *
 * @throws `STORAGE_*`; what the source fails with; the signal's reason.
 */
export async function uploadStream(
  client: S3Client,
  url: string,
  body: AsyncIterable<Uint8Array | string>,
  { contentType, signal, partBytes }: UploadOptions,
): Promise<void> {
  const { bucket, key } = parseS3Url(url);
  signal?.throwIfAborted();
  let sourceFailure: { readonly error: unknown } | undefined;
  const noted = noting(body, (error) => (sourceFailure = { error }));
  const source = Readable.from(joinBlocks(noted), { objectMode: true, highWaterMark: 1 });
  // Its failures reach the upload; this is for those that come after the upload has ended.
  source.on('error', () => undefined);
  const abortController = new AbortController();
  const giveUp = (): void => {
    abortController.abort();
    // The upload, which nobody waits for any more, finds its source ended and drops its parts.
    source.destroy(new Error('aborted'));
  };
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    await new Upload({
      client,
      params: { Bucket: bucket, Key: key, Body: source, ContentType: contentType },
      partSize: partBytes,
      queueSize: PARTS_AT_ONCE,
      abortController,
    }).done();
  } catch (error) {
    signal?.throwIfAborted();
    throw sourceFailure === undefined ? storageError(error, url) : sourceFailure.error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
    source.destroy();
  }
}

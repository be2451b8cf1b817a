import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { collectBytes } from '../bytes/collect-bytes.js';
import { learnAddress } from './bucket-address.js';
import type { ReadLimits } from './direct-get.js';
import type { S3Clients } from './s3-clients.js';
import { parseS3Url } from './s3-url.js';
import { isRangeBeyondEnd, storageError } from './storage-error.js';
import { CutShortError, isWhole, WHOLE } from './whole-answer.js';

/**
 * Reads a whole object, asking for it once: directly where its bucket is known, and by the SDK, which makes
 * it known, where not.
 *
 * @throws `STORAGE_*`; RangeError beyond `maxBytes`; the signal's reason.
 */
export async function readOnce(
  { direct, once, pace }: Pick<S3Clients, 'direct' | 'once' | 'pace'>,
  url: string,
  limits: ReadLimits,
): Promise<Buffer> {
  const { maxBytes, signal } = limits;
  const { bucket, key } = parseS3Url(url);
  signal?.throwIfAborted();
  try {
    const bytes = await direct.read({ bucket, key }, limits);
    if (bytes !== null) return bytes;
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, Range: WHOLE });
    const address = learnAddress(command);
    const answer = await once.send(command, { abortSignal: signal });
    if (!isWhole(answer)) throw new CutShortError();
    const { Body, ContentLength } = answer;
    const where = address();
    if (where !== null) direct.learn(bucket, where);
    return await collectBytes(Body as Readable, {
      limit: maxBytes,
      announced: ContentLength,
      pace,
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (isRangeBeyondEnd(error)) return Buffer.alloc(0);
    throw error instanceof RangeError ? error : storageError(error, url);
  }
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { describeCause, type UploadInput } from '@cropline/contracts';
import { HEAD_BYTES, imageType } from './image-type.js';

/** What a file is: an image to upload, or why it is none. */
export type Examined =
  | { readonly file: UploadInput; readonly fault: null }
  | { readonly file: null; readonly fault: string };

/**
 * Reads a file once, in constant memory, for the digest of its bytes, their number and what they are.
 *
 * @param maxBytes larger ones are not read to their end.
 */
export async function examineFile(path: string, maxBytes: number): Promise<Examined> {
  const digest = createHash('sha256');
  let head = Buffer.alloc(0);
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      const read = chunk as Buffer;
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, read.subarray(0, HEAD_BYTES)]);
      bytes += read.length;
      if (bytes > maxBytes) return leftOut(`larger than ${maxBytes} bytes`);
      digest.update(read);
    }
  } catch (error) {
    return leftOut(`cannot be read (${describeCause(error)})`);
  }
  if (bytes === 0) return leftOut('empty');
  const contentType = imageType(head);
  if (contentType === null) return leftOut('no JPEG, PNG, WebP, AVIF, GIF or TIFF');
  return { file: { sha256: digest.digest('hex'), bytes, contentType }, fault: null };
}

const leftOut = (fault: string): Examined => ({ file: null, fault });

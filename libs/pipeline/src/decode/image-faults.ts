import { CroplineError } from '@cropline/contracts';
import { hasMemoryLeft, memoryExhausted } from './memory-left.js';

/** The formats that are decoded, as a sentence names them. */
const DECODED_FORMATS = 'JPEG, PNG, WebP, AVIF, GIF or TIFF';

/** How files of the decoded formats begin: bytes at an offset, as latin1. */
const SIGNATURES: readonly { readonly at: number; readonly bytes: string }[] = [
  { at: 0, bytes: '\xff\xd8\xff' },
  { at: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { at: 0, bytes: 'GIF8' },
  { at: 8, bytes: 'WEBP' },
  { at: 0, bytes: 'II*\0' },
  { at: 0, bytes: 'MM\0*' },
  { at: 0, bytes: 'II+\0' },
  { at: 0, bytes: 'MM\0+' },
  { at: 4, bytes: 'ftypavif' },
  { at: 4, bytes: 'ftypavis' },
];

/**
 * Why the header could not be read. libvips says "unsupported format" of a truncated TIFF as well as of
 * a text file, so the first bytes decide: an image that begins like one and cannot be opened is damaged.
 */
export function unreadableHeader(bytes: Buffer, cause: unknown): CroplineError {
  const begins = SIGNATURES.some(
    ({ at, bytes: signature }) => bytes.toString('latin1', at, at + signature.length) === signature,
  );
  return begins ? corruptImage(cause) : notAnImage('the bytes begin like none of them', cause);
}

/**
 * The pixels could not be decoded although the header is sound. What libvips says of it stays the cause: it
 * keeps its words in one place for the whole process, so they may be about another image. Where the process
 * has no memory left, that is why.
 */
export function corruptImage(cause: unknown): CroplineError {
  if (!hasMemoryLeft()) return memoryExhausted(cause);
  return new CroplineError(
    'IMAGE_CORRUPT',
    'Expected a complete image but received a truncated or damaged one. Upload it again from its original.',
    { cause },
  );
}

/** The bytes are in no format that is decoded; `what` says what they are. */
export function notAnImage(what: string, cause?: unknown): CroplineError {
  return new CroplineError(
    'IMAGE_NOT_AN_IMAGE',
    `Expected an image in ${DECODED_FORMATS} but ${what}. Convert it to one of these.`,
    { cause },
  );
}

/** There are no bytes. */
export function emptyImage(): CroplineError {
  return new CroplineError(
    'IMAGE_EMPTY',
    'Expected an image but received zero bytes. Upload it again.',
  );
}

/** The header promises more pixels than are decoded. */
export function tooManyPixels(width: number, height: number, maxPixels: number): CroplineError {
  return new CroplineError(
    'IMAGE_TOO_MANY_PIXELS',
    `Expected at most ${maxPixels} pixels but received ${width} × ${height} = ${width * height}. Shrink the image, or raise CROPLINE_MAX_IMAGE_PIXELS.`,
    { details: { width, height, pixels: width * height, maxPixels } },
  );
}

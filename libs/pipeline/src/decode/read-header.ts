import type { PixelSize } from '@cropline/model';
import type { Metadata } from 'sharp';
import { emptyImage, notAnImage, tooManyPixels, unreadableHeader } from './image-faults.js';
import { sharp } from './image-library.js';

/** What an image says of itself before a pixel is decoded; the size is the one after EXIF orientation. */
export interface ImageHeader extends PixelSize {
  readonly format: ImageFormat;
}

/** The formats that are decoded. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff';

const FORMATS: ReadonlySet<string> = new Set<ImageFormat>(['jpeg', 'png', 'webp', 'gif', 'tiff']);

/**
 * Reads the header of an image: its format by its bytes (never by a name), its upright size, and whether
 * it may be decoded at all. Costs well under a millisecond whatever the size, so a decompression bomb is
 * turned away before it is opened.
 *
 * @throws CroplineError `IMAGE_EMPTY`, `IMAGE_NOT_AN_IMAGE`, `IMAGE_CORRUPT` (a damaged header) or
 *   `IMAGE_TOO_MANY_PIXELS`.
 */
export async function readHeader(bytes: Buffer, maxPixels: number): Promise<ImageHeader> {
  if (bytes.length === 0) throw emptyImage();
  let metadata: Metadata;
  try {
    // No limit here, so that the error can say how many pixels there are.
    metadata = await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (error) {
    throw unreadableHeader(bytes, error);
  }
  const { width, height } = metadata.autoOrient;
  if (width * height > maxPixels) throw tooManyPixels(width, height, maxPixels);
  return { format: formatOf(metadata), width, height };
}

function formatOf({ format, compression }: Metadata): ImageFormat {
  if (format === 'heif' && compression === 'av1') return 'avif';
  if (isDecoded(format)) return format;
  throw notAnImage(`received ${[format, compression].filter(Boolean).join(' with ')}`);
}

const isDecoded = (format: string): format is ImageFormat => FORMATS.has(format);

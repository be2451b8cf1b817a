import type { PixelSize } from '@cropline/model';

/** Decoded pixels: 8-bit sRGB, row by row, three bytes a pixel and no padding. */
export interface Picture extends PixelSize {
  readonly pixels: Buffer;
}

/** Bytes a pixel of a picture and of a crop takes. */
export const BYTES_PER_PIXEL = 3;

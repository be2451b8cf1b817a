import { describe, expect, it } from '@jest/globals';
import { sharp } from './image-library.js';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>';

describe('sharp, as the image library sets it up', () => {
  it('hands no stranger’s bytes to the interpreters of formats that are not decoded', async () => {
    // sharp itself reads it.
    await expect(sharp(Buffer.from(SVG)).metadata()).rejects.toThrow(/unsupported image format/);
  });

  it('keeps no decoded pixels, and leaves the cores to images side by side', () => {
    expect(sharp.cache()).toMatchObject({ memory: { max: 0 }, items: { max: 0 } });
    expect(sharp.concurrency()).toBe(1);
  });
});

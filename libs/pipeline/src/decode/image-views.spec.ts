import { describe, expect, it } from '@jest/globals';
import { planCrops, type CropPlan } from '@cropline/model';
import { decodeViews } from './decode-views.js';
import { sharp } from './image-library.js';
import { ImageViews } from './image-views.js';
import { readHeader, type ImageHeader } from './read-header.js';

const WARP = { inputSize: 224, resize: 'warp', resizeTo: 256 } as const;

/** A JPEG of noise, so that no resize is like another. */
async function noise(
  width: number,
  height: number,
): Promise<{ bytes: Buffer; header: ImageHeader; plan: CropPlan }> {
  const bytes = await sharp({
    create: {
      width,
      height,
      channels: 3,
      background: 'grey',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .jpeg()
    .toBuffer();
  const header = await readHeader(bytes, 1e8);
  return { bytes, header, plan: planCrops('googlenet144', header, WARP) };
}

describe('ImageViews', () => {
  it.each([
    ['a photo', 640, 427],
    ['a strip', 120, 900],
    ['a large one', 2400, 1800],
  ])('makes the same pixels of %s in any order as all at once', async (_name, width, height) => {
    const { bytes, header, plan } = await noise(width, height);
    const all = await decodeViews(bytes, header, plan.views);
    const views = new ImageViews(bytes, header, plan.views);
    for (const index of [...plan.views.keys()].reverse()) await views.make([index]);
    for (const [index, picture] of all.entries()) {
      expect(views.pictures[index]!.pixels.equals(picture.pixels)).toBe(true);
    }
  });

  it('makes only what is asked for, and what that is made of', async () => {
    const { bytes, header, plan } = await noise(500, 375);
    const views = new ImageViews(bytes, header, plan.views);
    const square = plan.views.findIndex(({ parent }) => parent === 0);
    await views.make([square]);
    const made = [...views.pictures.keys()].filter((index) => views.pictures[index] !== undefined);
    expect(made).toEqual([0, square]);
  });

  it('decodes once: what was made of an image needs its bytes no more', async () => {
    const { bytes, header, plan } = await noise(500, 375);
    const all = await decodeViews(bytes, header, plan.views);
    const views = new ImageViews(bytes, header, plan.views);
    await views.make([0]);
    bytes.fill(0);
    await views.make(plan.views.keys());
    expect(views.pictures[3]!.pixels.equals(all[3]!.pixels)).toBe(true);
  });

  it('begins no view once it is aborted, and knows no view beside the plan', async () => {
    const { bytes, header, plan } = await noise(300, 300);
    const views = new ImageViews(bytes, header, plan.views);
    await expect(views.make([0], AbortSignal.abort(new Error('draining')))).rejects.toThrow(
      'draining',
    );
    expect(views.pictures.every((picture) => picture === undefined)).toBe(true);
    await expect(views.make([99])).rejects.toThrow('The plan has no view 99');
  });
});

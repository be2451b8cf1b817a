import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PixelSize, ResizeSpec } from './crop-plan.js';
import { planCrops } from './plan-crops.js';
import { plannedPositions } from './plan-dense.js';

const WARP: ResizeSpec = { inputSize: 224, resize: 'warp', resizeTo: 256 };
const KEEP: ResizeSpec = { inputSize: 224, resize: 'shorter-side', resizeTo: 256 };
const SCALES = [256, 288, 320, 352];

const sizes = ({ views }: ReturnType<typeof planCrops>): PixelSize[] =>
  views.map(({ width, height }) => ({ width, height }));

describe('planCrops dense', () => {
  it('warps the whole image to four squares for a model that was trained so', () => {
    const plan = planCrops('dense', { width: 500, height: 375 }, WARP);
    expect(sizes(plan)).toEqual(SCALES.map((side) => ({ width: side, height: side })));
    expect(plan.views.every(({ parent, box }) => parent === 'image' && box === null)).toBe(true);
    expect(plannedPositions(plan)).toBe(108);
  });

  it('keeps the aspect ratio for other models, in whole steps', () => {
    const plan = planCrops('dense', { width: 375, height: 500 }, KEEP);
    expect(sizes(plan)).toEqual([
      { width: 256, height: 352 },
      { width: 288, height: 384 },
      { width: 320, height: 416 },
      { width: 352, height: 480 },
    ]);
    expect(plannedPositions(plan)).toBe(2 * (2 * 5 + 3 * 6 + 4 * 7 + 5 * 9));
  });

  it('makes a strip of its ends and its middle', () => {
    const { views } = planCrops('dense', { width: 10, height: 4000 }, KEEP);
    expect(views.slice(0, 3)).toEqual(
      [0, 1995, 3990].map((top) => ({
        parent: 'image',
        box: { left: 0, top, width: 10, height: 10 },
        width: 256,
        height: 256,
      })),
    );
    expect(views).toHaveLength(12);
  });

  it('runs every picture as it is and mirrored, all alike, whatever the image', () => {
    const side = fc.integer({ min: 1, max: 20_000 });
    fc.assert(
      fc.property(side, side, fc.constantFrom(WARP, KEEP), (width, height, spec) => {
        const { views, crops } = planCrops('dense', { width, height }, spec);
        expect(crops).toEqual(
          [...views.keys()].flatMap((view) =>
            [false, true].map((mirrored) => ({ view, left: 0, top: 0, mirrored, weight: 1 })),
          ),
        );
        for (const view of views) {
          expect([view.width % 32, view.height % 32]).toEqual([0, 0]);
          expect(SCALES).toContain(Math.min(view.width, view.height));
          expect(view.width * view.height).toBeLessThanOrEqual(3 * 352 ** 2);
          if (view.box === null) continue;
          expect(view.box.left + view.box.width).toBeLessThanOrEqual(width);
          expect(view.box.top + view.box.height).toBeLessThanOrEqual(height);
        }
      }),
    );
  });
});

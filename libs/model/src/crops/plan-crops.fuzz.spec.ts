import { expect, it } from '@jest/globals';
import { CroplineError, cropsSchema } from '@cropline/contracts';
import fc from 'fast-check';
import type { CropPlan } from './crop-plan.js';
import { planCrops } from './plan-crops.js';

const side = fc.oneof(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }));
const spec = fc.record({
  inputSize: fc.constantFrom(32, 224, 299),
  resize: fc.constantFrom('warp' as const, 'shorter-side' as const),
  resizeTo: fc.constantFrom(299, 320),
});
/** Plans as requests have them, most of them refused by their schema. */
const crops = fc.oneof(
  fc.constantFrom('single', 'ten', 'googlenet144', 'adaptive', 'dense'),
  fc.record({
    scales: fc.uniqueArray(fc.integer({ min: 224, max: 512 }), { minLength: 1, maxLength: 8 }),
    grid: fc.integer({ min: 1, max: 9 }),
    mirror: fc.boolean(),
  }),
  fc.anything(),
);

/** The most pixels that all views of a plan may have, whatever the image: what decoding one may cost. */
const MOST_VIEW_PIXELS = 20_000_000;

/** Every view lies in its parent and every crop in its view. */
function holds(
  { views, crops: cut }: CropPlan,
  image: { width: number; height: number },
  size: number,
): boolean {
  const inside = views.every(({ parent, box }) => {
    const around = parent === 'image' ? image : views[parent];
    return (
      around !== undefined &&
      (box === null ||
        (box.left >= 0 &&
          box.top >= 0 &&
          box.width > 0 &&
          box.height > 0 &&
          box.left + box.width <= around.width &&
          box.top + box.height <= around.height))
    );
  });
  return (
    inside &&
    cut.every(({ view, left, top }) => {
      const { width = 0, height = 0 } = views[view] ?? {};
      return left >= 0 && top >= 0 && left + size <= width && top + size <= height;
    })
  );
}

it('plans crops inside the image for whatever a request may ask for', () => {
  fc.assert(
    fc.property(crops, side, side, spec, (asked, width, height, resize) => {
      const parsed = cropsSchema.safeParse(asked);
      if (!parsed.success) return;
      try {
        const plan = planCrops(parsed.data, { width, height }, resize);
        const pixels = plan.views.reduce((sum, view) => sum + view.width * view.height, 0);
        expect(pixels).toBeLessThan(MOST_VIEW_PIXELS);
        if (parsed.data === 'dense') return;
        expect(holds(plan, { width, height }, resize.inputSize)).toBe(true);
      } catch (error) {
        if (!(error instanceof CroplineError)) throw error;
        expect(error.code).toBe('MODEL_UNSUPPORTED');
      }
    }),
  );
});

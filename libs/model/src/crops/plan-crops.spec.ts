import { describe, expect, it } from '@jest/globals';
import { cropSettings, mostCrops, type Crops } from '@cropline/contracts';
import fc from 'fast-check';
import type { Crop, CropPlan, PixelSize, ResizeSpec } from './crop-plan.js';
import { planCrops } from './plan-crops.js';

const WARP: ResizeSpec = { inputSize: 224, resize: 'warp', resizeTo: 256 };
const KEEP: ResizeSpec = { inputSize: 224, resize: 'shorter-side', resizeTo: 256 };

const WHOLE = ['single', 'ten', 'googlenet144'] as const;
const options: fc.Arbitrary<Crops> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...WHOLE) },
  fc.record({
    policy: fc.constant('adaptive' as const),
    upTo: fc.constantFrom('ten', 'googlenet144'),
    agreement: fc.constant(0.99),
  }),
  fc.record({
    scales: fc.uniqueArray(fc.integer({ min: 224, max: 512 }), { minLength: 1, maxLength: 3 }),
    grid: fc.integer({ min: 1, max: 5 }),
    mirror: fc.boolean(),
  }),
);
const specs = fc.record({
  inputSize: fc.constant(224),
  resize: fc.constantFrom<ResizeSpec['resize']>('warp', 'shorter-side'),
  resizeTo: fc.integer({ min: 224, max: 400 }),
});
/** Ordinary photos, extreme strips and near-squares, each often. */
const images: fc.Arbitrary<PixelSize> = fc.oneof(
  fc.record({
    width: fc.integer({ min: 1, max: 6000 }),
    height: fc.integer({ min: 1, max: 6000 }),
  }),
  fc.record({
    width: fc.integer({ min: 1, max: 4 }),
    height: fc.integer({ min: 1, max: 100_000 }),
  }),
  fc.record({
    width: fc.integer({ min: 1, max: 100_000 }),
    height: fc.integer({ min: 1, max: 4 }),
  }),
  fc
    .tuple(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: -2, max: 2 }))
    .map(([side, off]) => ({ width: side, height: Math.max(1, side + off) })),
);

const parentOf = (plan: CropPlan, image: PixelSize, view: number): PixelSize => {
  const { parent } = plan.views[view]!;
  return parent === 'image' ? image : plan.views[parent]!;
};
const weightOf = (plan: CropPlan): number =>
  plan.crops.reduce((sum, { weight }) => sum + weight, 0);
const place = ({ view, left, top, mirrored }: Crop): string => [view, left, top, mirrored].join();
const transposed = ({ width, height }: PixelSize): PixelSize => ({ width: height, height: width });

const forAllPlans = (
  check: (plan: CropPlan, image: PixelSize, spec: ResizeSpec, crops: Crops) => void,
): void => {
  fc.assert(
    fc.property(options, images, specs, (crops, image, spec) =>
      check(planCrops(crops, image, spec), image, spec, crops),
    ),
    { numRuns: 200 },
  );
};

describe('planCrops, whatever the image', () => {
  it('makes every view of whole pixels inside its parent, which comes first', () => {
    forAllPlans((plan, image) => {
      for (const [index, view] of plan.views.entries()) {
        if (view.parent !== 'image') expect(view.parent).toBeLessThan(index);
        const parent = parentOf(plan, image, index);
        const box = view.box ?? { left: 0, top: 0, ...parent };
        const numbers = [box.left, box.top, box.width, box.height, view.width, view.height];
        expect(numbers.every(Number.isInteger)).toBe(true);
        expect(Math.min(box.left, box.top)).toBeGreaterThanOrEqual(0);
        expect(Math.min(box.width, box.height, view.width, view.height)).toBeGreaterThan(0);
        expect(box.left + box.width).toBeLessThanOrEqual(parent.width);
        expect(box.top + box.height).toBeLessThanOrEqual(parent.height);
      }
    });
  });

  it('cuts every crop inside its view', () => {
    forAllPlans((plan) => {
      for (const { view, left, top } of plan.crops) {
        expect(Number.isInteger(left) && Number.isInteger(top)).toBe(true);
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
        expect(left + plan.size).toBeLessThanOrEqual(plan.views[view]!.width);
        expect(top + plan.size).toBeLessThanOrEqual(plan.views[view]!.height);
      }
    });
  });

  it('stands for as many crops as the policy has, and plans none twice', () => {
    forAllPlans((plan, _image, _spec, crops) => {
      expect(plan.policy).toBe(cropSettings(crops).policy);
      expect(weightOf(plan)).toBe(mostCrops(crops));
      expect(new Set(plan.crops.map(place)).size).toBe(plan.crops.length);
      expect(new Set(plan.views.map((view) => JSON.stringify(view))).size).toBe(plan.views.length);
    });
  });

  it('orders crops by view, but for those that may stop early, and makes no view in vain', () => {
    forAllPlans((plan) => {
      const cut = plan.crops.map(({ view }) => view);
      if (plan.policy !== 'adaptive') expect(cut).toEqual([...cut].sort((a, b) => a - b));
      expect(new Set(cut).size).toBe(plan.views.length);
    });
  });

  it('holds the mirror of every crop with the same weight', () => {
    forAllPlans((plan, _image, _spec, crops) => {
      if (plan.policy === 'single' || (typeof crops === 'object' && 'mirror' in crops)) return;
      const weights = new Map(plan.crops.map((crop) => [place(crop), crop.weight]));
      for (const crop of plan.crops) {
        expect(weights.get(place({ ...crop, mirrored: !crop.mirrored }))).toBe(crop.weight);
      }
    });
  });

  it('looks at both ends alike: turned half round, the crops are the same to a pixel', () => {
    forAllPlans((plan, image) => {
      const along = image.width >= image.height ? 'left' : 'top';
      const side = image.width >= image.height ? 'width' : 'height';
      for (const [index, view] of plan.views.entries()) {
        if (view.parent !== 'image' || view.box !== null) continue;
        const cut = plan.crops.filter((crop) => crop.view === index);
        const starts = cut.flatMap((crop) => Array<number>(crop.weight).fill(crop[along]));
        const room = view[side] - plan.size;
        const ascending = (a: number, b: number): number => a - b;
        const turned = starts.map((start) => room - start).sort(ascending);
        for (const [rank, start] of starts.sort(ascending).entries()) {
          expect(Math.abs(start - turned[rank]!)).toBeLessThanOrEqual(1);
        }
      }
    });
  });

  it('plans a portrait as the transposed landscape', () => {
    forAllPlans((plan, image, spec, crops) => {
      if (image.width === image.height) return;
      const other = planCrops(crops, transposed(image), spec);
      const swap = (crop: Crop): string =>
        place({ ...crop, left: crop.top, top: crop.left }) + String(crop.weight);
      const keep = (crop: Crop): string => place(crop) + String(crop.weight);
      const warped = spec.resize === 'warp' && plan.policy !== 'custom';
      if (warped || plan.policy === 'googlenet144') {
        expect(other.views.map(transposed)).toEqual(
          plan.views.map(({ width, height }) => ({ width, height })),
        );
        expect(other.crops.map(swap).sort()).toEqual(plan.crops.map(keep).sort());
      }
      expect(other.crops.map(({ weight }) => weight).sort()).toEqual(
        plan.crops.map(({ weight }) => weight).sort(),
      );
    });
  });

  it('makes no view larger than three squares of its scale', () => {
    forAllPlans((plan, _image, spec) => {
      for (const { width, height } of plan.views) {
        const shorter = Math.min(width, height);
        expect(shorter).toBeLessThanOrEqual(Math.max(512, spec.resizeTo));
        expect(Math.max(width, height)).toBeLessThanOrEqual(3 * shorter);
      }
    });
  });
});

describe('planCrops single', () => {
  it('warps and takes the centre', () => {
    expect(planCrops('single', { width: 500, height: 375 }, WARP)).toEqual({
      policy: 'single',
      views: [{ parent: 'image', box: null, width: 256, height: 256 }],
      crops: [{ view: 0, left: 16, top: 16, mirrored: false, weight: 1 }],
      size: 224,
    });
  });

  it('keeps the aspect ratio where the model wants it', () => {
    const { views, crops } = planCrops('single', { width: 500, height: 375 }, KEEP);
    expect(views).toEqual([{ parent: 'image', box: null, width: 341, height: 256 }]);
    expect(crops).toEqual([{ view: 0, left: 58, top: 16, mirrored: false, weight: 1 }]);
  });

  it('looks at the middle of a strip only', () => {
    const { views, crops } = planCrops('single', { width: 1, height: 30_000 }, KEEP);
    expect(views).toEqual([
      {
        parent: 'image',
        box: { left: 0, top: 14_999, width: 1, height: 1 },
        width: 256,
        height: 256,
      },
    ]);
    expect(crops).toEqual([{ view: 0, left: 16, top: 16, mirrored: false, weight: 1 }]);
  });
});

describe('planCrops ten', () => {
  it('takes four corners and the centre of the warped image, each also mirrored', () => {
    const { views, crops } = planCrops('ten', { width: 500, height: 375 }, WARP);
    expect(views).toEqual([{ parent: 'image', box: null, width: 256, height: 256 }]);
    expect(crops.filter(({ mirrored }) => !mirrored).map(({ left, top }) => [left, top])).toEqual([
      [0, 0],
      [32, 0],
      [0, 32],
      [32, 32],
      [16, 16],
    ]);
    expect(crops).toHaveLength(10);
  });

  it('takes the corners of the whole picture where the aspect ratio is kept', () => {
    const { crops } = planCrops('ten', { width: 375, height: 500 }, KEEP);
    expect(crops.filter(({ mirrored }) => !mirrored).map(({ left, top }) => [left, top])).toEqual([
      [0, 0],
      [32, 0],
      [0, 117],
      [32, 117],
      [16, 58],
    ]);
  });

  it('makes a strip of its two ends and its middle', () => {
    const { views, crops } = planCrops('ten', { width: 4000, height: 100 }, KEEP);
    expect(views.map(({ box }) => box?.left)).toEqual([0, 3900, 1950]);
    expect(crops.map(({ view }) => view)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2]);
  });

  it('runs a crop once where the picture is no larger than it', () => {
    const { crops } = planCrops('ten', { width: 10, height: 20 }, { ...WARP, resizeTo: 224 });
    expect(crops.map(({ weight }) => weight)).toEqual([5, 5]);
  });
});

describe('planCrops googlenet144', () => {
  it('makes four scales by the shorter side and resizes their squares whole', () => {
    const { views, crops } = planCrops('googlenet144', { width: 500, height: 375 }, WARP);
    expect(views.filter(({ parent }) => parent === 'image')).toEqual([
      { parent: 'image', box: null, width: 341, height: 256 },
      { parent: 'image', box: null, width: 384, height: 288 },
      { parent: 'image', box: null, width: 427, height: 320 },
      { parent: 'image', box: null, width: 469, height: 352 },
    ]);
    expect(views.filter(({ parent }) => parent === 0)).toEqual(
      [0, 42, 85].map((left) => ({
        parent: 0,
        box: { left, top: 0, width: 256, height: 256 },
        width: 224,
        height: 224,
      })),
    );
    expect(views).toHaveLength(16);
    expect(crops).toHaveLength(144);
  });

  it('cuts each square in its corners and its centre', () => {
    const { crops } = planCrops('googlenet144', { width: 600, height: 300 }, WARP);
    const first = crops.filter(({ view, mirrored }) => view === 0 && !mirrored);
    expect(first.map(({ left, top }) => [left, top])).toEqual(
      [0, 128, 256].flatMap((square) => [
        [square, 0],
        [square + 32, 0],
        [square, 32],
        [square + 32, 32],
        [square + 16, 16],
      ]),
    );
  });

  it('runs the three squares of a square image once', () => {
    const { views, crops } = planCrops('googlenet144', { width: 640, height: 640 }, WARP);
    expect(views).toHaveLength(8);
    expect(crops).toHaveLength(48);
    expect(crops.every(({ weight }) => weight === 3)).toBe(true);
  });

  it('merges crops of different squares where they coincide', () => {
    // At 5:4 the centre square of the smallest scale starts 32 pixels in, where the left one has its
    // right corners.
    const { crops } = planCrops('googlenet144', { width: 500, height: 400 }, WARP);
    expect(
      crops.find(({ view, left, top }) => view === 0 && left === 32 && top === 0)?.weight,
    ).toBe(2);
    expect(crops.length).toBeLessThan(144);
  });

  it('makes a strip of squares of original pixels', () => {
    const { views } = planCrops('googlenet144', { width: 30_000, height: 7 }, WARP);
    expect(views.slice(0, 2)).toEqual([
      { parent: 'image', box: { left: 0, top: 0, width: 7, height: 7 }, width: 256, height: 256 },
      { parent: 0, box: null, width: 224, height: 224 },
    ]);
    expect(views.filter(({ parent }) => parent === 'image').map(({ box }) => box?.left)).toEqual(
      [256, 288, 320, 352].flatMap(() => [0, 14_996, 29_993]),
    );
  });
});

describe('planCrops, given sizes that are none', () => {
  it('refuses them', () => {
    expect(() => planCrops('ten', { width: 0, height: 10 }, WARP)).toThrow(
      'Expected a positive integer for width but received 0',
    );
    expect(() => planCrops('ten', { width: 10, height: 1.5 }, WARP)).toThrow(
      'Expected a positive integer for height but received 1.5',
    );
    expect(() => planCrops('ten', { width: 10, height: 10 }, { ...WARP, inputSize: 300 })).toThrow(
      'Expected crops to be cut from 300 pixels or more, the input of this model, but ten resizes to 256',
    );
    expect(() =>
      planCrops(
        { scales: [256, 288], grid: 1, mirror: false },
        { width: 10, height: 10 },
        { ...WARP, inputSize: 288, resizeTo: 300 },
      ),
    ).toThrow(expect.objectContaining({ code: 'MODEL_UNSUPPORTED' }));
  });
});

describe('planCrops, for another input size', () => {
  it('scales the paper’s 144 crops with it', () => {
    const { views, crops } = planCrops(
      'googlenet144',
      { width: 300, height: 200 },
      { ...WARP, inputSize: 96, resizeTo: 110 },
    );
    const sides = new Set(views.filter(({ box }) => box === null).map(({ height }) => height));
    expect([...sides]).toEqual([110, 123, 137, 151]);
    expect(crops.reduce((sum, { weight }) => sum + weight, 0)).toBe(144);
  });
});

describe('planCrops dense, for another input size', () => {
  it('has pictures of whole steps, none smaller than the input', () => {
    const { views } = planCrops(
      'dense',
      { width: 300, height: 200 },
      { ...WARP, inputSize: 96, resizeTo: 110 },
    );
    expect(views.map(({ width, height }) => [width, height])).toEqual([
      [96, 96],
      [128, 128],
      [160, 160],
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AgreementRule } from './agreement-rule.js';
import type { Crop } from './crop-plan.js';

const cropsOf = (weights: readonly number[]): Crop[] =>
  weights.map((weight, left) => ({ view: 0, left, top: 0, mirrored: false, weight }));

/** Softmax scores of a few crops, from those that say the same to those that say anything. */
const images = fc
  .record({
    weights: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 40 }),
    classes: fc.integer({ min: 2, max: 6 }),
    noise: fc.double({ min: 0, max: 4, noNaN: true }),
  })
  .chain(({ weights, classes, noise }) =>
    fc.record({
      weights: fc.constant(weights),
      classes: fc.constant(classes),
      crops: fc.array(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
          minLength: classes,
          maxLength: classes,
        }),
        { minLength: weights.length, maxLength: weights.length },
      ),
      favour: fc.array(fc.double({ min: 0, max: 3, noNaN: true }), {
        minLength: classes,
        maxLength: classes,
      }),
      noise: fc.constant(noise),
    }),
  )
  .map(({ weights, classes, crops, favour, noise }) => ({
    weights,
    classes,
    rows: crops.map((logits) =>
      softmax(logits.map((logit, index) => noise * logit + favour[index]!)),
    ),
  }));
type Image = typeof images extends fc.Arbitrary<infer T> ? T : never;

const softmax = (logits: readonly number[]): number[] => {
  const powers = logits.map((logit) => Math.exp(logit));
  return powers.map((power) => power / powers.reduce((a, b) => a + b));
};

const ruleFor = ({ weights, classes }: Image, agreement: number): AgreementRule =>
  new AgreementRule({ agreement, crops: cropsOf(weights), classes });

/** Runs the rule as the engine does; the numbers of crops at which it was asked. */
const looks = (image: Image, agreement: number): number[] => {
  const rule = ruleFor(image, agreement);
  const asked: number[] = [];
  for (let done = rule.first; asked.at(-1) !== done;) {
    asked.push(done);
    done = rule.next(Float32Array.from(image.rows.slice(0, done).flat()), done);
  }
  return asked;
};
const cropsUsed = (image: Image, agreement: number): number => looks(image, agreement).at(-1)!;

const agreements = fc.double({ min: 0.9, max: 0.999, noNaN: true });

describe('AgreementRule', () => {
  it('asks for two crops first, then for more until it has decided, and for no more than there are', () => {
    fc.assert(
      fc.property(images, agreements, (image, agreement) => {
        const asked = looks(image, agreement);
        expect(asked[0]).toBe(2);
        expect(asked).toEqual([...new Set(asked)].sort((a, b) => a - b));
        expect(asked.at(-1)).toBeLessThanOrEqual(image.weights.length);
      }),
    );
  });

  it('uses no fewer crops for a higher agreement', () => {
    fc.assert(
      fc.property(images, agreements, agreements, (image, one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        expect(cropsUsed(image, low)).toBeLessThanOrEqual(cropsUsed(image, high));
      }),
    );
  });

  it('is content with all the crops', () => {
    fc.assert(
      fc.property(images, agreements, (image, agreement) => {
        const all = image.weights.length;
        const scores = Float32Array.from(image.rows.flat());
        expect(ruleFor(image, agreement).next(scores, all)).toBe(all);
      }),
    );
  });

  it('does not care which class is which', () => {
    fc.assert(
      fc.property(images, agreements, fc.nat(), (image, agreement, turn) => {
        const turned = image.rows.map((row) =>
          row.map((_, index) => row[(index + turn) % row.length]!),
        );
        expect(cropsUsed({ ...image, rows: turned }, agreement)).toBe(cropsUsed(image, agreement));
      }),
    );
  });

  it('ends at the first look on an image that is clear', () => {
    const rows = Array.from({ length: 144 }, () => [0.97, 0.02, 0.01]);
    expect(cropsUsed({ weights: rows.map(() => 1), classes: 3, rows }, 0.99)).toBe(2);
  });

  it('goes on where two crops agree on little, and where they contradict each other', () => {
    const narrow = Array.from({ length: 144 }, () => [0.35, 0.33, 0.32]);
    const torn = Array.from({ length: 144 }, (_, crop) =>
      crop % 2 === 0 ? [0.9, 0.1] : [0.15, 0.85],
    );
    const weights = narrow.map(() => 1);
    expect(cropsUsed({ weights, classes: 3, rows: narrow }, 0.99)).toBeGreaterThan(10);
    expect(cropsUsed({ weights, classes: 2, rows: torn }, 0.99)).toBeGreaterThan(10);
  });

  it('looks at the weighted mean, which the result reports', () => {
    // The second crop takes back most of the lead if it stands for three, but not if it stands for one.
    const rows = [[0.995, 0.005], ...Array.from({ length: 9 }, () => [0.35, 0.65])];
    const alike = rows.map(() => 1);
    expect(cropsUsed({ weights: alike, classes: 2, rows }, 0.9)).toBe(2);
    expect(cropsUsed({ weights: [1, 3, ...alike.slice(2)], classes: 2, rows }, 0.9)).not.toBe(2);
  });

  it('wants fewer crops where the few that are left cannot turn the mean', () => {
    const rows = Array.from({ length: 144 }, (_, crop) =>
      crop % 3 === 0 ? [0.2, 0.8] : [0.8, 0.2],
    );
    const of = (count: number): number =>
      cropsUsed(
        { weights: Array<number>(count).fill(1), classes: 2, rows: rows.slice(0, count) },
        0.999,
      );
    expect(of(10)).toBeLessThan(of(144));
  });
});

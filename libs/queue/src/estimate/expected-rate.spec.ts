import { describe, expect, it } from '@jest/globals';
import { expectedRate } from './expected-rate.js';
import type { MeasuredRate } from './measured-rates.js';

const rate = (crops: MeasuredRate['crops'], imagesPerSecond: number): MeasuredRate => ({
  crops,
  imagesPerSecond,
});

describe('expectedRate', () => {
  it.each<[string, MeasuredRate[], MeasuredRate[], object]>([
    ['nothing was measured', [], [], { imagesPerSecond: null, basis: 'none' }],
    [
      'the last batch with the same crops',
      [],
      [rate('single', 90), rate('ten', 8), rate('ten', 4)],
      { imagesPerSecond: 8, basis: 'same_crops' },
    ],
    [
      'the last batch, scaled',
      [],
      [rate('single', 90), rate('googlenet144', 4)],
      { imagesPerSecond: 9, basis: 'other_crops' },
    ],
    [
      'what runs, which shares the workers, before what is done',
      [rate('ten', 3), rate('ten', 2)],
      [rate('ten', 100)],
      { imagesPerSecond: 5, basis: 'same_crops' },
    ],
    [
      'what runs with other crops too',
      [rate('ten', 3), rate('single', 20)],
      [],
      { imagesPerSecond: 5, basis: 'other_crops' },
    ],
  ])('%s', (_, running, last, expected) => {
    expect(expectedRate('ten', running, last)).toEqual(expected);
  });

  it('knows the same crops however they are written', () => {
    const last = [
      rate({ policy: 'adaptive', agreement: 0.99, upTo: 'googlenet144' }, 7),
      rate({ mirror: true, grid: 2, scales: [256] }, 3),
    ];
    expect(expectedRate('adaptive', [], last)).toEqual({ imagesPerSecond: 7, basis: 'same_crops' });
    expect(expectedRate({ scales: [256], grid: 2, mirror: true }, [], last)).toEqual({
      imagesPerSecond: 3,
      basis: 'same_crops',
    });
  });
});

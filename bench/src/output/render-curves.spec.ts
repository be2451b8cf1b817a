import { describe, expect, it } from '@jest/globals';
import { renderCurves } from './render-curves.js';

describe('renderCurves', () => {
  const svg = renderCurves('made up', {
    x: 'crops',
    y: '% that agree',
    curves: [
      {
        name: 'a < b',
        points: [
          [2, 90],
          [8, 99],
        ],
      },
      { name: 'other', points: [[4, 96]] },
    ],
  });

  it('has a dot a point, further right by the logarithm and higher by the value', () => {
    const dots = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(
      ([, x, y]) => [Number(x), Number(y)] as const,
    );
    expect(dots).toHaveLength(3);
    const [[x2, y90], [x8, y99], [x4, y96]] = dots as [
      readonly [number, number],
      readonly [number, number],
      readonly [number, number],
    ];
    expect(x4 - x2).toBeCloseTo(x8 - x4, 0);
    expect(y99).toBeLessThan(y96);
    expect((y90 - y99) / (y90 - y96)).toBeCloseTo(1.5, 1);
  });

  it('names the curves and the axes', () => {
    for (const text of ['a &lt; b', 'other', 'crops (logarithmic)', '% that agree', 'made up']) {
      expect(svg).toContain(text);
    }
  });
});

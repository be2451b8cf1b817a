import { describe, expect, it } from '@jest/globals';
import { renderTimeline } from './render-timeline.js';

describe('renderTimeline', () => {
  const svg = renderTimeline('made up', {
    x: 'seconds',
    panels: [
      {
        y: 'items',
        curves: [
          {
            name: 'a < b',
            points: [
              [0, 0],
              [5, 500],
              [10, 1000],
            ],
          },
        ],
      },
      { y: 'MiB', curves: [{ name: 'API', points: [[10, 3]] }] },
    ],
  });

  it('draws every panel over the same time, each to a scale of its own from 0', () => {
    const lines = [...svg.matchAll(/points="([^"]*)"/g)].map(([, points]) =>
      points!.split(' ').map((spot) => spot.split(',').map(Number)),
    );
    const [[start, half, end], [api]] = lines as [number[][], number[][]];
    expect(half![0]! - start![0]!).toBeCloseTo(end![0]! - half![0]!, 1);
    expect(half![1]! - start![1]!).toBeCloseTo(end![1]! - half![1]!, 1);
    expect(end![1]).toBeLessThan(start![1]!);
    expect(api![0]).toBe(end![0]);
    expect(api![1]).toBeGreaterThan(start![1]!);
  });

  it('names curves, axes and the lines of the grid', () => {
    for (const text of ['a &lt; b', 'API', 'items', 'MiB', 'seconds', 'made up', '>1,000<']) {
      expect(svg).toContain(text);
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { coloured } from '../output/paint.js';
import { progressText, type Progress } from './progress-text.js';

const half: Progress = {
  label: 'Classifying',
  done: 1000,
  total: 2000,
  unit: 'images',
  failed: 61,
  rate: 128,
  etaSeconds: 8,
};

describe('progressText', () => {
  it('shows label, bar, share, counts, failures, rate and what is left', () => {
    expect(progressText(half, { columns: 100, bar: 'unicode', mark: '⠋' })).toBe(
      `⠋ Classifying ${'━'.repeat(14)}╸${'┄'.repeat(14)}  50 %  1,000/2,000 images · 61 failed · 128/s · 8 s left`,
    );
    expect(progressText(half, { columns: 80, bar: 'ascii' })).toBe(
      'Classifying [######------]  50 %  1,000/2,000 images, 61 failed, 128/s, 8 s left',
    );
    expect(progressText(half, { columns: 200, bar: 'none' })).toBe(
      'Classifying  50 %  1,000/2,000 images, 61 failed, 128/s, 8 s left',
    );
  });

  it('shows what else there is to say after the counts', () => {
    const learning = { ...half, failed: 0, facts: ['loss 0.7', '81.0 % right'] };
    expect(progressText(learning, { columns: 200, bar: 'none' })).toBe(
      'Classifying  50 %  1,000/2,000 images, loss 0.7, 81.0 % right, 128/s, 8 s left',
    );
  });

  it('has no bar where the total is not known, and counts bytes as bytes', () => {
    const fetching = { ...half, label: 'Fetching', total: null, unit: 'bytes', failed: 0 } as const;
    expect(progressText({ ...fetching, etaSeconds: null }, { columns: 80, bar: 'unicode' })).toBe(
      'Fetching 1000 B · 128 B/s',
    );
  });

  it('is full at the end, not before, and never wider than its columns', () => {
    const progress = fc.record({
      label: fc.constantFrom('Queueing', 'Fetching googlenet-12.onnx'),
      done: fc.nat(3_000_000),
      total: fc.option(fc.nat(2_000_000)),
      unit: fc.constantFrom('images', 'bytes'),
      failed: fc.nat(1000),
      rate: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
      etaSeconds: fc.option(fc.nat(1e6)),
    });
    const style = fc.record({
      columns: fc.integer({ min: 1, max: 200 }),
      bar: fc.constantFrom('none', 'ascii', 'unicode'),
      mark: fc.constantFrom('⠋', undefined),
    });
    fc.assert(
      fc.property(progress, style, (state, { columns, bar, mark }) => {
        const drawn = progressText(state, {
          columns,
          bar,
          ...(mark === undefined ? {} : { mark }),
        });
        expect(drawn.length).toBeLessThanOrEqual(columns);
        if (drawn.includes('100 %')) expect(state.done).toBeGreaterThanOrEqual(state.total ?? 0);
      }),
    );
  });

  it('says the same in colours', () => {
    const style = { columns: 100, bar: 'ascii' } as const;
    const painted = progressText(half, { ...style, paint: coloured });
    expect(painted).toContain('\u001b[31m61 failed\u001b[39m');
    expect(painted.replace(/\u001b\[\d+m/g, '')).toBe(progressText(half, style));
  });
});

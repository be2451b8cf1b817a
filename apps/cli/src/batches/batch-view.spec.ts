import { describe, expect, it } from '@jest/globals';
import { coloured, plain } from '../output/paint.js';
import { sampleBatch } from '../testing/sample-batch.js';
import { BATCH_VIEW } from './batch-view.js';

const STYLE = { columns: 79, bar: 'unicode', paint: plain, mark: '⠋' } as const;

describe('a batch that is followed', () => {
  const running = sampleBatch({ succeeded: 3, failed: 1 });

  it('has a bar, its outcomes, its pace and what it is run with', () => {
    expect(BATCH_VIEW.lines(running, STYLE)).toEqual([
      `⠋ Classifying ${'━'.repeat(12)}${'┄'.repeat(18)}  40 %  4/10 images`,
      '  3 succeeded · 1 failed · 6 pending',
      '  2.5 images/s · 2 s left',
      '  b1 · googlenet-bvlc in fp32 · ten crops',
    ]);
    expect(BATCH_VIEW.line(running)).toBe(
      'Classifying  40 %  4/10 images, 1 failed, 2.5/s, 2 s left',
    );
  });

  it('says that it is estimating rather than to guess', () => {
    const early = { ...running, estimating: true, etaSeconds: null, imagesPerSecond: null };
    expect(BATCH_VIEW.lines(early, STYLE)[2]).toBe('  estimating…');
    expect(BATCH_VIEW.lines(early, { ...STYLE, bar: 'ascii' })[2]).toBe('  estimating...');
    expect(BATCH_VIEW.line(early)).toMatch(/, estimating$/);
  });

  it('tells its priority, its expiry and the round it is in', () => {
    const retries = [
      {
        round: 2,
        outcomes: ['failed' as const],
        items: 1,
        requestedAt: running.createdAt,
        finishedAt: null,
      },
    ];
    const expiresAt = new Date(Date.now() + 7_210_000).toISOString();
    const lines = BATCH_VIEW.lines({ ...running, priority: 'high', retries, expiresAt }, STYLE);
    expect(lines[1]).toMatch(/round 2$/);
    expect(lines[2]).toMatch(/ · expires in 2 h 00 min$/);
    expect(lines[3]).toMatch(/ · high priority$/);
  });

  it('has no pace while it is read, joined or done', () => {
    for (const status of ['validating', 'finalizing', 'completed', 'expired'] as const) {
      const text = BATCH_VIEW.lines({ ...running, status }, STYLE).join('\n');
      expect(text).not.toMatch(/images\/s|left|estimating/);
    }
  });

  it('is never wider than the terminal', () => {
    for (const columns of [10, 20, 40, 60]) {
      for (const line of BATCH_VIEW.lines(running, { ...STYLE, columns, paint: coloured })) {
        expect(line.replace(/\u001b\[\d+m/g, '').length).toBeLessThanOrEqual(columns);
      }
    }
  });
});

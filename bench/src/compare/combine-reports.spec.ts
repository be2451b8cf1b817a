import { describe, expect, it } from '@jest/globals';
import { describeMachine, summarise, type BenchReport } from '../report.js';
import { combineReports } from './combine-reports.js';

const report = (rates: Readonly<Record<string, number>>, ratio: number): BenchReport => ({
  bench: 'engine',
  machine: describeMachine(),
  rows: Object.entries(rates).map(([name, rate]) => summarise(name, 'crops/s', [rate])),
  ratios: { quickVsSlow: ratio },
});

describe('combineReports', () => {
  const combined = combineReports(
    'main',
    [report({ quick: 40, added: 7 }, 4), report({ quick: 44, added: 7 }, 4.4)],
    [report({ quick: 20 }, 2), report({ quick: 22 }, 2.2), report({ quick: 21, gone: 1 }, 2.1)],
  );

  it('shows the figures and ratios of both, a sample a run', () => {
    const names = combined.rows.map(({ contender }) => contender);
    expect(names).toEqual([
      'quick (working tree)',
      'quick (main)',
      'added (working tree)',
      'quickVsSlow (working tree)',
      'quickVsSlow (main)',
      'gone (main)',
    ]);
    expect(combined.rows[1]).toMatchObject({ unit: 'crops/s', median: 21, min: 20, max: 22 });
  });

  it('compares what both have', () => {
    expect(combined.ratios).toEqual({ quick_vs_main: 2, quickVsSlow_vs_main: 2 });
  });
});

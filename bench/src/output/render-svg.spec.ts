import { describe, expect, it } from '@jest/globals';
import { describeMachine, summarise } from '../report.js';
import { renderMarkdown } from './render-markdown.js';
import { renderSvg } from './render-svg.js';

const report = {
  bench: 'made up',
  machine: { ...describeMachine(), cpu: 'A & <B>' },
  rows: [
    summarise('slow', 'images/s', [10, 12, 11]),
    summarise('quick', 'images/s', [40, 44, 42]),
    summarise('slow: top 1', '%', [80]),
  ],
  ratios: { quickVsSlow: 3.818 },
};

describe('renderSvg', () => {
  it('draws bars to one scale, with the spread, and leaves other units out', () => {
    const svg = renderSvg(report);
    const widths = [...svg.matchAll(/class="bar"[^>]* width="([\d.]+)"/g)].map((m) => Number(m[1]));
    expect(widths).toHaveLength(2);
    expect(widths[1]! / widths[0]!).toBeCloseTo(42 / 11, 1);
    expect(svg.match(/class="spread"/g)).toHaveLength(2);
    expect(svg).not.toContain('top 1');
    expect(svg).toContain('A &amp; &lt;B>');
  });
});

describe('renderMarkdown', () => {
  it('has a line a contender, the machine and the ratios', () => {
    const lines = renderMarkdown(report).split('\n');
    expect(lines).toContain('| quick | 42 | 40 | 44 | images/s |');
    expect(lines[0]).toContain('A & <B>');
    expect(lines).toContain('`quickVsSlow` 3.818');
  });
});

import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import type { EpochRecord } from '../trainer/training-progress.js';
import { trainingReport, type TrainingFacts } from './training-report.js';

const epoch = (number: number, validationAccuracy: number, validationLoss = 0.5): EpochRecord => ({
  epoch: number,
  step: number * 10,
  trainLoss: 1 / number,
  trainAccuracy: 0.9,
  validationLoss,
  validationAccuracy,
  learningRate: 0.01,
  seconds: 61,
  images: 320,
});

const FACTS: TrainingFacts = {
  title: 'flowers',
  history: [epoch(1, 0.5), epoch(2, 0.8), epoch(3, 0.8, 0.4), epoch(4, 0.7)],
  labels: ['rose', 'tulip'],
  confusion: [
    [9, 1],
    [3, 7],
  ],
  settings: { '--epochs': '4', '--lr': '0.01' },
};

describe('trainingReport', () => {
  it('tells what came of it and what it was made with', () => {
    const { html } = trainingReport(FACTS);
    expect(html).toContain('<b>80.0 %</b><span>validation accuracy, epoch 3</span>');
    expect(html).toContain('<b>1,280</b><span>images trained on</span>');
    expect(html).toContain('<b>4 min</b><span>time</span>');
    expect(html).toMatch(/tulip<\/td><td class="words">rose<\/td><td>3</);
    expect(html).toMatch(/rose<\/td><td>10<\/td><td>12<\/td>.*75\.0 %.*90\.0 %.*81\.8 %/);
    expect(html).toContain('<td class="words">--lr</td><td class="words">0.01</td>');
  });

  it('stands alone: it runs nothing and fetches nothing', () => {
    const { html } = trainingReport(FACTS);
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|\son\w+=/i);
    expect(html.match(/https?:[^"]*/g)).toEqual([
      'http://www.w3.org/2000/svg',
      'http://www.w3.org/2000/svg',
    ]);
    expect(html).toContain('prefers-color-scheme:dark');
  });

  it('shows names as they are, whatever they hold', () => {
    const evil = '<script>alert("1")</script>\u0000';
    const { html, curvesSvg, confusionSvg } = trainingReport({
      ...FACTS,
      title: evil,
      labels: [evil, '&amp;'],
      settings: { [evil]: evil },
    });
    for (const text of [html, curvesSvg, confusionSvg]) {
      expect(text).not.toContain('<script');
      expect(text).not.toContain('\u0000');
    }
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;\ufffd');
    expect(html).toContain('&amp;amp;');
  });

  it('draws every epoch of both curves with its value, and marks the one that was kept', () => {
    const { curvesSvg } = trainingReport(FACTS);
    expect(curvesSvg.match(/<polyline/g)).toHaveLength(4);
    expect(curvesSvg).toContain('<title>validation, epoch 2: 80 %</title>');
    expect(curvesSvg).toContain('<title>training, epoch 4: 0.25</title>');
    const third = /cx="([\d.]+)"[^>]*><title>validation, epoch 3: 0.4</.exec(curvesSvg)?.[1] ?? '';
    expect(curvesSvg).toContain(`<line class="mark" x1="${third}" x2="${third}"`);
  });

  it('draws a cell for every pair that came', () => {
    const { confusionSvg } = trainingReport(FACTS);
    expect(confusionSvg.match(/<title>[^<]*<\/title>/g)).toEqual([
      '<title>rose taken for rose: 9 of 10</title>',
      '<title>rose taken for tulip: 1 of 10</title>',
      '<title>tulip taken for rose: 3 of 10</title>',
      '<title>tulip taken for tulip: 7 of 10</title>',
    ]);
  });

  it('folds the classes that are found best when there are many', () => {
    const size = 33;
    const confusion = Array.from({ length: size }, (_, truth) =>
      Array.from({ length: size }, (_each, predicted) => (truth === predicted ? 1 : 0)),
    );
    const { html } = trainingReport({ ...FACTS, labels: [], confusion });
    expect(html).toContain('<summary>3 more classes</summary>');
    const [open = '', rest = ''] = html.split('<summary>3 more classes</summary>');
    expect(open).toContain('class 29</td>');
    expect(rest.match(/class \d+<\/td>/g)).toEqual([
      'class 30</td>',
      'class 31</td>',
      'class 32</td>',
    ]);
  });

  const many = Array.from({ length: 60 }, (_, truth) =>
    Array.from({ length: 60 }, (_each, predicted) => ((truth * predicted) % 7 === 3 ? 2 : 0)),
  );
  it.each<[string, Partial<TrainingFacts>]>([
    ['an ordinary training', {}],
    ['no epoch at all', { history: [], confusion: [] }],
    ['one epoch', { history: [epoch(1, 0.5)] }],
    ['a loss that is no number', { history: [epoch(1, 0.5), epoch(2, 0, NaN)] }],
    ['more epochs than dots', { history: Array.from({ length: 90 }, (_, n) => epoch(n + 1, 1)) }],
    ['more classes than fit', { labels: many.map((_, n) => `class ${n}`), confusion: many }],
  ])('makes plots that can be drawn of %s', async (_, facts) => {
    const { html, curvesSvg, confusionSvg } = trainingReport({ ...FACTS, ...facts });
    expect(html).not.toContain('NaN');
    for (const svg of [curvesSvg, confusionSvg]) {
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      const { width, height } = await sharp(Buffer.from(svg)).metadata();
      expect(width).toBeGreaterThan(60);
      expect(height).toBeGreaterThan(50);
      await sharp(Buffer.from(svg)).png().toBuffer();
    }
  });
});

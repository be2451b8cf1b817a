import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { EvaluationTally } from '../evaluation/evaluation-tally.js';
import type { Evaluation } from '../evaluation/evaluation.js';
import { drawReliability } from './draw-reliability.js';
import { evaluationReport } from './evaluation-report.js';

const LABELS = ['rose', 'tulip', 'daisy, <b>', 'lily', 'iris', 'crane'];

function evaluation(): Evaluation {
  const tally = new EvaluationTally(LABELS.length);
  const add = (id: string, truth: number, predicted: number, score: number): void => {
    const classes = [predicted, ...[0, 1, 2, 3, 4, 5].filter((index) => index !== predicted)];
    tally.add(
      id,
      truth,
      classes.map((classIndex, rank) => ({ classIndex, label: '', score: rank === 0 ? score : 0 })),
    );
  };
  for (let image = 0; image < 8; image += 1) add(`rose/${image}.jpg`, 0, 0, 0.95);
  add('rose/<evil>.jpg', 0, 2, 0.91);
  add('tulip/1.jpg', 1, 1, 0.5);
  tally.addUnusable('orchid', []);
  tally.addUnusable('bird', [3, 5]);
  tally.addUnlabelled('loose.jpg');
  tally.addFailed('tulip/2.jpg', { code: 'IMAGE_CORRUPT', message: 'Expected a whole image.' });
  const result = tally.result();
  if (result === null) throw new Error('no image');
  return result;
}

describe('evaluationReport', () => {
  const facts = { title: 'flowers on test', labels: LABELS, settings: { crops: 'ten' } };
  const html = evaluationReport({ ...facts, evaluation: evaluation() });

  it('tells how good the model is, and how sure that is', () => {
    expect(html).toContain('<b>90.0 %</b><span>top-1 (95 %: 59.6 % to 98.2 %)</span>');
    expect(html).toContain('<b>100.0 %</b><span>top-5 (95 %: ');
    expect(html).toMatch(/<b>\d+\.\d %<\/b><span>expected calibration error/);
    expect(html).toContain('rose taken for rose: 8 of 9');
    expect(html).toContain('<td class="words">crops</td><td class="words">ten</td>');
  });

  it('names mistakes, unusable labels and failed images, whatever they hold', () => {
    expect(html).not.toMatch(/<evil>|<b>,|<script/);
    expect(html).toMatch(/rose\/&lt;evil&gt;\.jpg<.*rose.*daisy, &lt;b&gt;.*91\.0 %/);
    expect(html).toContain('Left out: 2 images whose label is none of the model');
    expect(html).toContain('Left out: 1 image beside the classes instead of in one');
    expect(html).toContain('>loose.jpg<');
    expect(html).toContain('Left out: 1 image that could not be classified');
    expect(html).toMatch(/orchid<.*no class of the model<.*>1</);
    expect(html).toMatch(/bird<.*3 lily or 5 crane</);
    expect(html).toMatch(/tulip\/2\.jpg<.*IMAGE_CORRUPT<.*Expected a whole image\./);
  });

  it('stands alone', () => {
    expect(html).not.toMatch(/<link|<img|@import|url\(|\son\w+=/i);
  });

  it('says nothing of what did not happen', () => {
    const tally = new EvaluationTally(2);
    tally.add('a', 0, [{ classIndex: 0, label: 'rose', score: 1 }]);
    const result = tally.result();
    if (result === null) throw new Error('no image');
    const clean = evaluationReport({ ...facts, evaluation: result });
    expect(clean).not.toMatch(/Left out|Mistakes|top-5|NaN|undefined/);
  });
});

describe('drawReliability', () => {
  it('draws a bar for every range with images in it', async () => {
    const svg = drawReliability('flowers', evaluation().reliability);
    expect(svg.match(/<title>/g)).toHaveLength(3);
    expect(svg).toContain(
      '<title>scores 93.3 % to 100.0 %: 8 images, 100.0 % right, mean score 95.0 %</title>',
    );
    await sharp(Buffer.from(svg)).png().toBuffer();
  });
});

import { EvaluationTally } from '@cropline/training';
import { describe, expect, it } from '@jest/globals';
import { plain } from '../output/paint.js';
import type { FinishedEvaluation } from './evaluation-record.js';
import { evaluationText } from './evaluation-text.js';

const LABELS = ['rose, Rosa', 'tulip', 'daisy', 'lily', 'iris', 'crane\u001b[2J'];

function finished(
  pairs: readonly (readonly [truth: number, predicted: number])[],
): FinishedEvaluation {
  const tally = new EvaluationTally(LABELS.length);
  pairs.forEach(([truth, classIndex], image) => {
    tally.add(String(image), truth, [{ classIndex, label: '', score: 0.75 }]);
  });
  const evaluation = tally.result();
  if (evaluation === null) throw new Error('no image');
  return {
    evaluation,
    source: 's3://flowers/test/?key=hunter2',
    model: { name: 'flowers', digest: 'sha256:0', precision: 'fp32' },
    crops: 'ten',
    cropsAnImage: 10,
    seconds: 2,
    labels: LABELS,
  };
}

describe('evaluationText', () => {
  it('has the figures, the classes found least, and the mistakes made more than once', () => {
    const pairs = [0, 0, 0, 0, 1, 1, 1, 1].map((truth) => [truth, truth] as const);
    const wrong = [
      [1, 0],
      [1, 0],
      [5, 2],
    ] as const;
    const text = evaluationText(finished([...pairs, ...wrong]), plain);
    expect(text.split('\n')).toEqual([
      'flowers in fp32 on 11 images of s3://flowers/test/, ten crops',
      '  top-1   72.7 %  (95 % sure: 43.4 % to 90.3 %)',
      '  top-5   72.7 %  (95 % sure: 43.4 % to 90.3 %)',
      '  ECE      2.3 %  (how far scores are from the share that is right)',
      '',
      'Found least                           images   recall  precision',
      'crane?[2J                                  1    0.0 %          –',
      'tulip                                      6   66.7 %    100.0 %',
      '',
      'Mistakes made most often',
      '     2 × tulip taken for rose',
      '',
    ]);
  });

  it('has nothing to say of mistakes where there are none', () => {
    expect(evaluationText(finished([[0, 0]]), plain).split('\n')).toHaveLength(5);
  });
});

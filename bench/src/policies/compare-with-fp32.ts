import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { CropPolicyName } from '@cropline/contracts';
import { klDivergence, mapInOrder, type Classifier } from '@cropline/pipeline';
import { round, summarise, type BenchRow } from '../report.js';
import type { LabelledPhoto } from './labelled-photos.js';

/** Policies that run the same crops in both precisions. */
const POLICIES = ['single', 'ten', 'googlenet144'] as const satisfies readonly CropPolicyName[];

/** Half a step of reported scores, which have six decimals: what is rounded to nothing counts as this much. */
const LEAST_SCORE = 5e-7;

/** What a classifier and the same model in fp32 make of photos. */
export interface ComparedPrecisions {
  readonly rows: readonly BenchRow[];
  readonly ratios: Readonly<Record<string, number>>;
}

/**
 * How near a classifier is to fp32, policy by policy: right ones of both, how often both put the same class
 * first, and the mean Kullback-Leibler divergence of its scores from fp32's, in nats.
 */
export async function compareWithFp32(
  classifier: Classifier,
  fp32: Classifier,
  photos: readonly LabelledPhoto[],
  onLine: (line: string) => void,
): Promise<ComparedPrecisions> {
  const rows: BenchRow[] = [];
  const ratios: Record<string, number> = {};
  for (const policy of POLICIES) {
    onLine(`against fp32: ${policy} on ${photos.length} photos`);
    const expected = await scoresOf(fp32, photos, policy);
    const came = await scoresOf(classifier, photos, policy);
    let [right, same, divergence] = [0, 0, 0];
    for (const [index, { classIndex }] of photos.entries()) {
      const [p, q] = [expected[index] ?? [], came[index] ?? []];
      right += Number(best(p) === classIndex);
      same += Number(best(p) === best(q));
      divergence += klDivergence(p, q);
    }
    const [top1, agreement] = [right / photos.length, same / photos.length];
    const meanDivergence = divergence / photos.length;
    rows.push(
      summarise(`${policy}: top 1 in fp32`, '%', [100 * top1]),
      summarise(`${policy}: agrees with fp32`, '%', [100 * agreement]),
      summarise(`${policy}: divergence from fp32`, 'nats', [meanDivergence]),
    );
    ratios[`${policy}Fp32Top1`] = round(top1);
    ratios[`${policy}Fp32Agreement`] = round(agreement);
    ratios[`${policy}Fp32Divergence`] = round(meanDivergence);
  }
  return { rows, ratios };
}

/** The score of every class by its index, photo by photo. */
async function scoresOf(
  classifier: Classifier,
  photos: readonly LabelledPhoto[],
  crops: CropPolicyName,
): Promise<number[][]> {
  const all: number[][] = [];
  const concurrency = 8 * availableParallelism();
  const results = mapInOrder(photos, { concurrency }, async ({ path }) =>
    classifier.classify(await readFile(path), { crops, topK: Number.MAX_SAFE_INTEGER }),
  );
  for await (const { predictions } of results) {
    const scores: number[] = [];
    for (const { classIndex, score } of predictions) {
      scores[classIndex] = Math.max(score, LEAST_SCORE);
    }
    all.push(scores);
  }
  return all;
}

const best = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores));

import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { cropPolicySchema, type CropPolicyName } from '@cropline/contracts';
import { createClassifier, mapInOrder, type Classifier } from '@cropline/pipeline';
import { resolveBenchModel } from '../bench-model.js';
import type { BenchOptions } from '../bench-options.js';
import { resolveInt8Model } from '../int8-model.js';
import { describeMachine, median, round, summarise, type BenchReport } from '../report.js';
import { takeRounds, type Contender } from '../rounds.js';
import { compareWithFp32, type ComparedPrecisions } from './compare-with-fp32.js';
import { readLabelledPhotos, type LabelledPhoto } from './labelled-photos.js';
import { startStock144 } from './stock-144.js';

/** The policy that the others stand in for. */
const FULL: CropPolicyName = 'googlenet144';
const STOCK = 'published graph, 144 crops';
/** Milliseconds that a round of a policy should last at least, where there are photos enough. */
const ROUND_MS = 8000;
const MAX_PIXELS = 1e8;

/** What a policy said of every photo, and how long that took. */
interface Pass {
  readonly best: readonly number[];
  readonly crops: readonly number[];
  readonly milliseconds: number;
}

/**
 * Every crop policy on labelled photos: how often it is right (top 1), how often it puts the class first that
 * `googlenet144` does (agreement), both over all photos; and images a second, in rounds, beside the published
 * graph run on 144 crops with its own preprocessing. A policy's rounds take evenly spread photos, as many as
 * fill the time: all of them where the number of crops depends on the photo and is small. In int8 it also tells how
 * near its answers are to fp32's.
 */
export async function runPoliciesBench({
  rounds,
  images,
  precision,
  onLine,
}: BenchOptions): Promise<BenchReport> {
  const photos = await readLabelledPhotos(images);
  const model =
    precision === 'int8' ? await resolveInt8Model(images, onLine) : await resolveBenchModel();
  if (model === null) throw new Error('Photos were read, so there are images to calibrate with');
  const classifier = await createClassifier({ model, device: 'cpu', maxPixels: MAX_PIXELS });
  const stock = await startStock144(model.weightsPath);
  try {
    const passes = new Map<CropPolicyName, Pass>();
    for (const policy of cropPolicySchema.options) {
      onLine(`quality: ${policy} on ${photos.length} photos`);
      passes.set(policy, await classifyAll(classifier, photos, policy));
    }
    const contenders: Contender[] = [...passes].map(([policy, { milliseconds }]) => {
      const some = spread(photos, Math.ceil((ROUND_MS * photos.length) / milliseconds));
      return {
        name: policy,
        sample: async () => {
          const pass = await classifyAll(classifier, some, policy);
          return (some.length * 1000) / pass.milliseconds;
        },
      };
    });
    const few = spread(photos, availableParallelism());
    let stockBest: number[] = [];
    contenders.push({
      name: STOCK,
      sample: async () => {
        const started = performance.now();
        stockBest = await stock.classify(few.map(({ path }) => path));
        return (few.length * 1000) / (performance.now() - started);
      },
    });
    const samples = await takeRounds(contenders, rounds, onLine);
    const compared = precision === 'int8' ? await againstFp32(classifier, photos, onLine) : null;

    const full = passes.get(FULL)?.best ?? [];
    const rate = (name: string): number => median(samples.get(name) ?? []);
    const rows = contenders.map(({ name }) => summarise(name, 'images/s', samples.get(name) ?? []));
    const ratios: Record<string, number> = {};
    for (const [policy, { best, crops }] of passes) {
      const top1 = share(photos.map(({ classIndex }, index) => best[index] === classIndex));
      const agreement = share(photos.map((_, index) => best[index] === full[index]));
      const mean = crops.reduce((sum, count) => sum + count, 0) / crops.length;
      rows.push(
        summarise(`${policy}: top 1`, '%', [100 * top1]),
        summarise(`${policy}: agrees with ${FULL}`, '%', [100 * agreement]),
        summarise(`${policy}: crops an image`, 'crops', [mean]),
      );
      ratios[`${policy}VsStock144`] = round(rate(policy) / rate(STOCK));
      ratios[`${policy}Top1`] = round(top1);
      ratios[`${policy}Agreement`] = round(agreement);
    }
    const known = new Map(photos.map(({ path }, index) => [path, full[index]]));
    ratios['stock144Agreement'] = round(
      share(few.map(({ path }, index) => stockBest[index] === known.get(path))),
    );
    return {
      bench: 'policies',
      machine: describeMachine(),
      rows: [...rows, ...(compared?.rows ?? [])],
      ratios: { ...ratios, ...compared?.ratios },
    };
  } finally {
    await stock.close();
    await classifier.close();
  }
}

async function againstFp32(
  classifier: Classifier,
  photos: readonly LabelledPhoto[],
  onLine: (line: string) => void,
): Promise<ComparedPrecisions> {
  const model = await resolveBenchModel();
  const fp32 = await createClassifier({ model, device: 'cpu', maxPixels: MAX_PIXELS });
  try {
    return await compareWithFp32(classifier, fp32, photos, onLine);
  } finally {
    await fp32.close();
  }
}

/** Classifies photos as a worker does: several at once, so that their crops share device batches. */
async function classifyAll(
  classifier: Classifier,
  photos: readonly LabelledPhoto[],
  crops: CropPolicyName,
): Promise<Pass> {
  const started = performance.now();
  const best: number[] = [];
  const counts: number[] = [];
  const concurrency = 8 * availableParallelism();
  const results = mapInOrder(photos, { concurrency }, async ({ path }) =>
    classifier.classify(await readFile(path), { crops, topK: 1 }),
  );
  for await (const { predictions, crops: used } of results) {
    best.push(predictions[0]?.classIndex ?? -1);
    counts.push(used.count);
  }
  return { best, crops: counts, milliseconds: performance.now() - started };
}

/** `count` of the photos, evenly spread; all where that is fewer. */
function spread(photos: readonly LabelledPhoto[], count: number): LabelledPhoto[] {
  const step = Math.max(1, photos.length / count);
  return photos.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

function share(hits: readonly boolean[]): number {
  return hits.filter(Boolean).length / hits.length;
}

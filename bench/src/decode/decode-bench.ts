import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { CropPolicyName } from '@cropline/contracts';
import { createClassifier, type Classifier } from '@cropline/pipeline';
import sharp from 'sharp';
import { resolveBenchModel } from '../bench-model.js';
import type { BenchOptions } from '../bench-options.js';
import { inTemporaryFolder } from '../cleaning-up.js';
import { fillFolder } from '../pipeline/bench-images.js';
import { describeMachine, median, round, summarise, type BenchReport } from '../report.js';
import { takeRounds, type Contender } from '../rounds.js';
import { likeFromCameras, ourWork, plainWork, type DecodeWork } from './decode-work.js';
import { timeWork, type WorkFigures } from './timed-work.js';

const IMAGES = 24;
/** A sample lasts this long at least. */
const ROUND_MS = 400;
const MAX_PIXELS = 1e8;
/** Threads of libvips a decode, and images decoded side by side. */
type Combination = readonly [threads: number, atOnce: number];
const COMBINATIONS: readonly Combination[] = [1, 2].flatMap((threads) =>
  [1, 2, 3, 4].map((atOnce) => [threads, atOnce] as const),
);
/** What the engine does on two cores. */
const AS_WORKERS: Combination = [1, 3];
const LARGE_IMAGES = 6;
const PLAIN = 'plain sharp';
const LARGE = 'single, 4,000 pixels across';
const PLAIN_LARGE = 'plain sharp, 4,000 pixels across';
/** Those whose crops are all cut before the first is run; `adaptive` decodes as it goes, `dense` cuts none. */
const POLICIES: readonly CropPolicyName[] = ['single', 'ten', 'googlenet144'];
/** How much work the images of a sample that classifies should be, one after the other. */
const CLASSIFIED_MS = 1000;

/**
 * Images a second of everything that comes before inference (header, decoding, views, cutting the crops) for
 * each crop policy, by libvips's threads and by how many images are decoded side by side; and which share of the
 * CPU that an image costs it is, by classifying the same images with the same engine as workers have.
 *
 * `<policy>DecodeShare` is that share; decoding binds where it is above a half. `shrinkOnLoadVsPlain` is what
 * `single` wins on photos as cameras make them over decoding them at their full size.
 */
export function runDecodeBench(options: BenchOptions): Promise<BenchReport> {
  return inTemporaryFolder('decode', async (folder) => {
    const names = await fillFolder(folder, options.images, IMAGES);
    const images = await Promise.all(names.map((name) => readFile(join(folder, name))));
    const model = await resolveBenchModel();
    const classifier = await createClassifier({ model, device: 'cpu', maxPixels: MAX_PIXELS });
    try {
      return await measure(images, classifier, (policy) => ourWork(policy, model.info), options);
    } finally {
      await classifier.close();
    }
  });
}

async function measure(
  images: readonly Buffer[],
  classifier: Classifier,
  workOf: (policy: CropPolicyName) => DecodeWork,
  { rounds, onLine }: BenchOptions,
): Promise<BenchReport> {
  const cores = availableParallelism();
  const costs = new Map<string, number[]>();
  const contender = (name: string, run: () => Promise<WorkFigures>): Contender => ({
    name,
    sample: async () => {
      const { imagesPerSecond, cpuMsAnImage } = await run();
      costs.set(name, [...(costs.get(name) ?? []), cpuMsAnImage]);
      return imagesPerSecond;
    },
  });
  const decoding = (
    who: string,
    [threads, atOnce]: Combination,
    work: DecodeWork,
    what = images,
  ): Contender =>
    contender(nameOf(who, threads, atOnce), () => {
      sharp.concurrency(threads);
      return timeWork(what, atOnce, ROUND_MS, work);
    });
  const large = await likeFromCameras(images.slice(0, LARGE_IMAGES));
  const decoders = [
    ...POLICIES.flatMap((policy) =>
      COMBINATIONS.map((combination) => decoding(policy, combination, workOf(policy))),
    ),
    ...COMBINATIONS.map((combination) => decoding(PLAIN, combination, plainWork)),
    decoding(LARGE, AS_WORKERS, workOf('single'), large),
    decoding(PLAIN_LARGE, AS_WORKERS, plainWork, large),
  ];
  const whole: Contender[] = [];
  for (const crops of POLICIES) {
    const classify = (bytes: Buffer) => classifier.classify(bytes, { crops, topK: 1 });
    const { imagesPerSecond } = await timeWork(images.slice(0, 1), 1, 0, classify);
    const some = images.slice(0, Math.max(cores, (CLASSIFIED_MS * imagesPerSecond) / 1000));
    whole.push(
      contender(wholeName(crops), () => {
        sharp.concurrency(1);
        return timeWork(some, 8 * cores, ROUND_MS, classify);
      }),
    );
  }
  const samples = await takeRounds([...decoders, ...whole], rounds, onLine);

  // The first cost of each is that of the warm-up.
  const cost = (name: string, what: string) =>
    summarise(what, 'ms', (costs.get(name) ?? []).slice(1));
  const rate = (who: string): number => median(samples.get(nameOf(who, ...AS_WORKERS)) ?? []);
  const ratios: Record<string, number> = {
    shrinkOnLoadVsPlain: round(rate(LARGE) / rate(PLAIN_LARGE)),
  };
  const costRows = POLICIES.flatMap((policy) => {
    const decode = cost(nameOf(policy, ...AS_WORKERS), `${policy}: CPU of decoding`);
    const all = cost(wholeName(policy), `${policy}: CPU of an image in all`);
    ratios[`${policy}DecodeShare`] = round(decode.median / all.median);
    return [decode, all];
  });
  return {
    bench: 'decode',
    machine: describeMachine(),
    rows: [
      ...[...decoders, ...whole].map(({ name }) =>
        summarise(name, 'images/s', samples.get(name) ?? []),
      ),
      ...costRows,
    ],
    ratios,
  };
}

const nameOf = (who: string, threads: number, atOnce: number): string =>
  `${who}, ${atOnce} side by side × ${threads} thread${threads === 1 ? '' : 's'}`;
const wholeName = (policy: CropPolicyName): string => `${policy}, classified`;

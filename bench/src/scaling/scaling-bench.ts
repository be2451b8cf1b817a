import { join } from 'node:path';
import { startStack, type Stack } from '@cropline/tools';
import type { BenchOptions } from '../bench-options.js';
import { inTemporaryFolder } from '../cleaning-up.js';
import { fillFolder } from '../pipeline/bench-images.js';
import { repeated, uploadImages } from '../pipeline/upload-images.js';
import { describeMachine, round, summarise, type BenchReport } from '../report.js';
import { takeRounds } from '../rounds.js';
import { runTimedBatch, type BatchTimes } from './timed-batch.js';

/** Images of one batch. */
const SIZES = [100, 500, 1000, 2000, 5000] as const;
/** Image files behind them, and images of the batch that warms up. */
const FILES = 500;

/**
 * Whether cost grows as work grows: images a second of one batch of `single`, from 100 to 5,000 images, through
 * the whole system on this machine, and what the worker has in memory meanwhile.
 *
 * Every batch pays a start (manifest, plan, first chunk) and an end (last part, joining the results), which
 * weigh more in a small one; so the rate is given twice, from the request to `completed`, and from the first
 * image's outcome to the last one's, as the worker counts them. The processor time an image costs the worker is
 * what other work on the machine does not change.
 */
export function runScalingBench(options: BenchOptions): Promise<BenchReport> {
  return inTemporaryFolder('scaling', async (folder) => {
    const names = await fillFolder(join(folder, 'images'), options.images, FILES);
    const stack = await startStack({ workers: 1 });
    try {
      const urls = await uploadImages(stack, join(folder, 'images'), names);
      options.onLine(`warm-up: ${FILES} images`);
      await runTimedBatch(stack, urls);
      return await measureSizes(stack, urls, options);
    } finally {
      await stack.stop();
    }
  });
}

async function measureSizes(
  stack: Stack,
  urls: readonly string[],
  { rounds, onLine }: BenchOptions,
): Promise<BenchReport> {
  const taken = new Map<number, BatchTimes[]>(SIZES.map((size) => [size, []]));
  const contenders = SIZES.map((size) => ({
    name: nameOf(size),
    sample: async () => {
      const times = await runTimedBatch(stack, repeated(urls, size));
      taken.get(size)?.push(times);
      return (size * 1000) / times.completed;
    },
  }));
  const samples = await takeRounds(contenders, rounds, onLine, { warmUp: false });
  const figure = (size: number, unit: string, what: string, of: (times: BatchTimes) => number) =>
    summarise(`${nameOf(size)}: ${what}`, unit, (taken.get(size) ?? []).map(of));
  const whole = SIZES.map((size) =>
    summarise(nameOf(size), 'images/s', samples.get(nameOf(size)) ?? []),
  );
  const inner = SIZES.map((size) =>
    figure(size, 'images/s', 'first to last outcome', ({ first, doneAtFirst, last }) => {
      return ((size - doneAtFirst) * 1000) / (last - first);
    }),
  );
  const cost = SIZES.map((size) =>
    figure(size, 'ms', 'CPU of the worker an image', ({ cpuMs }) => (cpuMs ?? NaN) / size),
  ).filter(({ median }) => !Number.isNaN(median));
  const memory = SIZES.map((size) =>
    figure(size, 'MiB', 'worker at most', ({ rssBytes }) => rssBytes / 2 ** 20),
  );
  const edges = SIZES.flatMap((size) => [
    figure(size, 'ms', 'until the first outcome', ({ first }) => first),
    figure(size, 'ms', 'from the last outcome to completed', (times) => {
      return times.completed - times.last;
    }),
  ]);
  return {
    bench: 'scaling',
    machine: describeMachine(),
    rows: [...whole, ...inner, ...edges, ...cost, ...memory],
    ratios: {
      slowestVsFastest: leastToMost(whole),
      slowestVsFastestInner: leastToMost(inner),
      ...(cost.length === 0 ? {} : { costLeastVsMost: leastToMost(cost) }),
      memoryLargestVsSmallest: round((memory.at(-1)?.median ?? NaN) / (memory[0]?.median ?? NaN)),
    },
  };
}

const nameOf = (size: number): string => `${size.toLocaleString('en')} images`;

function leastToMost(rows: readonly { readonly median: number }[]): number {
  const medians = rows.map(({ median }) => median);
  return round(Math.min(...medians) / Math.max(...medians));
}

import { join } from 'node:path';
import type { CropPolicyName } from '@cropline/contracts';
import { startStack, type Stack } from '@cropline/tools';
import type { BenchOptions } from '../bench-options.js';
import { inTemporaryFolder } from '../cleaning-up.js';
import { describeMachine, median, round, summarise, type BenchReport } from '../report.js';
import { takeRounds, type Contender } from '../rounds.js';
import { fillFolder } from './bench-images.js';
import { runLocal } from './local-run.js';
import { readEventLoop, resetEventLoop, runSystem } from './system-run.js';
import { uploadImages } from './upload-images.js';

/** Enough images for half a minute to a minute on two cores: a batch’s start and end are small beside that. */
const IMAGES: Readonly<Record<'single' | 'ten', number>> = { single: 2400, ten: 640 };

/**
 * Images a second through the API, the queue, one worker and S3, all on this machine, against
 * `cropline classify` on the same files with the same engine; and how free the worker's event loop stays
 * while it is saturated.
 *
 * The system shares the machine with Redis, the S3 server and the API; `cropline classify` has it alone.
 */
export function runPipelineBench(options: BenchOptions): Promise<BenchReport> {
  return inTemporaryFolder('pipeline', (folder) => compareWithLocal(folder, options));
}

async function compareWithLocal(folder: string, options: BenchOptions): Promise<BenchReport> {
  let stack: Stack | null = null;
  try {
    const files = join(folder, 'images');
    const names = await fillFolder(files, options.images, IMAGES.single);
    const few = join(folder, 'few');
    const fewNames = await fillFolder(few, options.images, IMAGES.ten);
    stack = await startStack({ workers: 1 });
    const urls = await uploadImages(stack, files, names);
    const healthUrl = stack.workers[0]?.healthUrl ?? '';

    const delays: number[] = [];
    const system = stack;
    const contenders: Contender[] = [
      { name: 'cropline classify, single', sample: () => runLocal(files, 'single') },
      { name: 'system, single', sample: () => measured('single', urls) },
      { name: 'cropline classify, ten', sample: () => runLocal(few, 'ten') },
      { name: 'system, ten', sample: () => measured('ten', urls.slice(0, fewNames.length)) },
    ];
    const measured = async (policy: CropPolicyName, batch: readonly string[]): Promise<number> => {
      await resetEventLoop(healthUrl);
      const rate = await runSystem(system, batch, policy);
      delays.push((await readEventLoop(healthUrl)).p99);
      return rate;
    };
    const samples = await takeRounds(contenders, options.rounds, options.onLine);
    const middle = (name: string): number => median(samples.get(name) ?? []);
    const p99 = summarise('worker event-loop delay p99', 'ms', delays);
    return {
      bench: 'pipeline',
      machine: describeMachine(),
      rows: [
        ...contenders.map(({ name }) => summarise(name, 'images/s', samples.get(name) ?? [])),
        p99,
      ],
      ratios: {
        singleVsLocal: round(middle('system, single') / middle('cropline classify, single')),
        tenVsLocal: round(middle('system, ten') / middle('cropline classify, ten')),
        // The worst round, not the median: a loop that stalls once stalls.
        eventLoopDelayP99Ms: p99.max,
      },
    };
  } finally {
    await stack?.stop();
  }
}

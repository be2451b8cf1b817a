import { availableParallelism } from 'node:os';
import { CroplineError } from '@cropline/contracts';
import { DEFAULT_BATCH_SIZES } from '@cropline/pipeline';
import type { BenchOptions } from '../bench-options.js';
import { resolveBenchModel } from '../bench-model.js';
import { describeMachine, median, round, summarise, type BenchReport } from '../report.js';
import { takeRounds } from '../rounds.js';
import { startThreadContender, type ThreadContender } from './thread-contender.js';

const ROUND_MS = 3000;
/** Crops a device batch, with one session of one thread a core. */
const BATCH_SIZES = [1, DEFAULT_BATCH_SIZES.cpu, 4, 8, 16] as const;

/**
 * Crops a second of the published graph as it is and of the graph we emit, on the same weights and cores.
 *
 * The stock graph is run both ways people run it, as one session that uses every core and as one session a
 * core, with its input prepared beforehand; the faster of the two is what `fp32VsStock` compares with. Ours is
 * run as a worker runs it, with bytes in, and preprocessing, mirroring and softmax inside: at several batch
 * sizes, and with fewer sessions of more threads (the ratio takes what workers use).
 */
export async function runEngineBench({ rounds, onLine }: BenchOptions): Promise<BenchReport> {
  const model = await resolveBenchModel();
  if (!model.weightsPath.endsWith('.onnx')) {
    throw new CroplineError(
      'USAGE_INVALID',
      `Expected the published ONNX file to compare with, but the model is ${model.weightsPath}: unset CROPLINE_MODEL, or point it at the zoo's googlenet-12.onnx`,
    );
  }
  const cores = availableParallelism();
  const stock = { path: model.weightsPath };
  const own = { path: model.graphPath, classes: model.info.classes };
  const stockEntry = new URL('./stock-thread.js', import.meta.url);
  const ownEntry = new URL('./own-thread.js', import.meta.url);
  const stockNames = [cores, 1].map((threads) => `stock, ${sharing(cores, threads)}`);
  const ownName = (batchSize: number, threads = 1): string =>
    `cropline fp32, ${sharing(cores, threads)}, batch ${batchSize}`;
  const contenders: ThreadContender[] = [];
  try {
    for (const [index, threads] of [cores, 1].entries()) {
      contenders.push(
        await startThreadContender({
          name: stockNames[index] ?? '',
          entry: stockEntry,
          count: threads === 1 ? cores : 1,
          data: { ...stock, threads },
          roundMs: ROUND_MS,
        }),
      );
    }
    const sweep = [
      ...BATCH_SIZES.map((batchSize) => ({ batchSize, threads: 1 })),
      ...threadCounts(cores).map((threads) => ({ batchSize: DEFAULT_BATCH_SIZES.cpu, threads })),
    ];
    for (const { batchSize, threads } of sweep) {
      contenders.push(
        await startThreadContender({
          name: ownName(batchSize, threads),
          entry: ownEntry,
          count: cores / threads,
          data: { ...own, batchSize, threads },
          roundMs: ROUND_MS,
        }),
      );
    }
    const samples = await takeRounds(contenders, rounds, onLine);
    const best = (names: readonly string[]): number =>
      Math.max(...names.map((name) => median(samples.get(name) ?? [])));
    return {
      bench: 'engine',
      machine: describeMachine(),
      rows: contenders.map(({ name }) => summarise(name, 'crops/s', samples.get(name) ?? [])),
      ratios: { fp32VsStock: round(best([ownName(DEFAULT_BATCH_SIZES.cpu)]) / best(stockNames)) },
    };
  } finally {
    for (const contender of contenders) await contender.close();
  }
}

/** Threads a session, above one, with which whole sessions fill the cores: 2, 4, … and all of them. */
function threadCounts(cores: number): number[] {
  const doubled = Array.from(
    { length: Math.floor(Math.log2(cores)) },
    (_, index) => 2 ** (index + 1),
  );
  return [...new Set([...doubled, cores])].filter(
    (threads) => threads > 1 && cores % threads === 0,
  );
}

/** How the cores are shared out, in words. */
function sharing(cores: number, threads: number): string {
  const sessions = cores / threads;
  return `${counted(sessions, 'session')} × ${counted(threads, 'thread')}`;
}

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

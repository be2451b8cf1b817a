import { availableParallelism } from 'node:os';
import { CroplineError, type Precision } from '@cropline/contracts';
import { DEFAULT_BATCH_SIZES } from '@cropline/pipeline';
import type { BenchOptions } from '../bench-options.js';
import { resolveBenchModel } from '../bench-model.js';
import { resolveInt8Model } from '../int8-model.js';
import { describeMachine, median, round, summarise, type BenchReport } from '../report.js';
import { takeRounds } from '../rounds.js';
import { startThreadContender, type ThreadContender } from './thread-contender.js';

const ROUND_MS = 4000;
/** Crops a device batch. */
const BATCH_SIZES = [1, DEFAULT_BATCH_SIZES.cpu, 4, 8, 16] as const;

const INT8_BATCH_SIZES = [1, DEFAULT_BATCH_SIZES.cpu, 4] as const;

/**
 * Crops a second of the published graph as it is and of the graph we emit, on the same weights and cores.
 *
 * The stock graph is run both ways people run it, as one session that uses every core and as one session a
 * core, with its input prepared beforehand; the faster of the two is what `fp32VsStock` compares with. Ours is
 * run as a worker runs it, at several batch sizes (the ratio takes the one that workers use): bytes in, preprocessing, mirroring and softmax inside. In int8 (`int8VsStock`) it runs where there is a calibration, or images for one.
 */
export async function runEngineBench({
  rounds,
  images,
  onLine,
}: BenchOptions): Promise<BenchReport> {
  const model = await resolveBenchModel();
  if (!model.weightsPath.endsWith('.onnx')) {
    throw new CroplineError(
      'USAGE_INVALID',
      `Expected the published ONNX file to compare with, but the model is ${model.weightsPath}: unset CROPLINE_MODEL, or point it at the zoo's googlenet-12.onnx`,
    );
  }
  const cores = availableParallelism();
  const stock = { path: model.weightsPath };
  const int8 = await resolveInt8Model(images, onLine);
  const own = { classes: model.info.classes, threads: 1 };
  const stockEntry = new URL('./stock-thread.js', import.meta.url);
  const ownEntry = new URL('./own-thread.js', import.meta.url);
  const stockNames = [`stock, 1 session × ${cores} threads`, `stock, ${cores} sessions × 1 thread`];
  const ownName = (batchSize: number, precision: Precision): string =>
    `cropline ${precision}, ${cores} sessions × 1 thread, batch ${batchSize}`;
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
    for (const { precision, graphPath: path } of int8 === null ? [model] : [model, int8]) {
      for (const batchSize of precision === 'int8' ? INT8_BATCH_SIZES : BATCH_SIZES) {
        contenders.push(
          await startThreadContender({
            name: ownName(batchSize, precision),
            entry: ownEntry,
            count: cores,
            data: { ...own, path, batchSize },
            roundMs: ROUND_MS,
          }),
        );
      }
    }
    const samples = await takeRounds(contenders, rounds, onLine);
    const best = (names: readonly string[]): number =>
      Math.max(...names.map((name) => median(samples.get(name) ?? [])));
    const vsStock = (precision: Precision): number =>
      round(best([ownName(DEFAULT_BATCH_SIZES.cpu, precision)]) / best(stockNames));
    return {
      bench: 'engine',
      machine: describeMachine(),
      rows: contenders.map(({ name }) => summarise(name, 'crops/s', samples.get(name) ?? [])),
      ratios: {
        fp32VsStock: vsStock('fp32'),
        ...(int8 === null ? {} : { int8VsStock: vsStock('int8') }),
      },
    };
  } finally {
    for (const contender of contenders) await contender.close();
  }
}

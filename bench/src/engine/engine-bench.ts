import { availableParallelism } from 'node:os';
import { CroplineError } from '@cropline/contracts';
import type { ResolvedModel } from '@cropline/model';
import type { BenchOptions } from '../bench-options.js';
import { resolveBenchModel } from '../bench-model.js';
import { resolveInt8Model } from '../int8-model.js';
import { describeMachine, median, round, summarise, type BenchReport } from '../report.js';
import { takeRounds } from '../rounds.js';
import { asWorkers, ownName, sessionSweep, sharing } from './session-sweep.js';
import { threadContender, type ThreadContenderOptions } from './thread-contender.js';

const ROUND_MS = 3000;
const STOCK_ENTRY = new URL('./stock-thread.js', import.meta.url);
const OWN_ENTRY = new URL('./own-thread.js', import.meta.url);
const TFJS_ENTRY = new URL('./tfjs-thread.js', import.meta.url);

/**
 * Crops a second of the published graph as it is and of the graphs we emit, on the same weights and cores.
 *
 * The stock graph is run both ways people run it, as one session that uses every core and as one session a
 * core, with its input prepared beforehand; the faster of the two is what `fp32VsStock` and `int8VsStock`
 * compare with. Ours are run as a worker runs them, with bytes in, and preprocessing, mirroring and softmax
 * inside: at several batch sizes, and with fewer sessions of more threads (the ratios take what workers use).
 * int8 is measured where there is a calibration, or images for one. TensorFlow.js on WebAssembly runs the same
 * weights, one module a core.
 */
export async function runEngineBench(options: BenchOptions): Promise<BenchReport> {
  const model = await resolveBenchModel();
  if (!model.weightsPath.endsWith('.onnx')) {
    throw new CroplineError(
      'USAGE_INVALID',
      `Expected the published ONNX file to compare with, but the model is ${model.weightsPath}: unset CROPLINE_MODEL, or point it at the zoo's googlenet-12.onnx`,
    );
  }
  const int8 = await resolveInt8Model(options.images, options.onLine);
  const cores = availableParallelism();
  const stock = stockContenders(model.weightsPath, cores);
  const graphs = [
    { precision: 'fp32' as const, model },
    ...(int8 === null ? [] : [{ precision: 'int8' as const, model: int8 }]),
  ];
  const own = graphs.flatMap(({ precision, model }) => ownContenders(precision, model, cores));
  const tfjs = tfjsContender(model.weightsPath, cores);
  const contenders = [...stock, ...own, tfjs].map(threadContender);
  const { rounds, onLine } = options;
  const samples = await takeRounds(contenders, rounds, onLine, { warmUp: false });
  const rate = (name: string): number => median(samples.get(name) ?? []);
  const stockRate = Math.max(...stock.map(({ name }) => rate(name)));
  return {
    bench: 'engine',
    machine: describeMachine(),
    rows: contenders.map(({ name }) => summarise(name, 'crops/s', samples.get(name) ?? [])),
    ratios: Object.fromEntries(
      graphs.map(({ precision }) => [
        `${precision}VsStock`,
        round(rate(ownName(precision, asWorkers(cores))) / stockRate),
      ]),
    ),
  };
}

function stockContenders(path: string, cores: number): ThreadContenderOptions[] {
  return [...new Set([cores, 1])].map((threads) => ({
    name: `stock, ${sharing({ sessions: cores / threads, threads })}`,
    entry: STOCK_ENTRY,
    count: cores / threads,
    data: { path, threads },
    roundMs: ROUND_MS,
  }));
}

function tfjsContender(path: string, cores: number): ThreadContenderOptions {
  return {
    name: `tfjs on WebAssembly, ${sharing({ sessions: cores, threads: 1 })}`,
    entry: TFJS_ENTRY,
    count: cores,
    data: { path, batchSize: 1 },
    roundMs: ROUND_MS,
  };
}

function ownContenders(
  precision: 'fp32' | 'int8',
  { graphPath: path, info: { classes } }: ResolvedModel,
  cores: number,
): ThreadContenderOptions[] {
  return sessionSweep(cores, precision).map((setting) => ({
    name: ownName(precision, setting),
    entry: OWN_ENTRY,
    count: setting.sessions,
    data: { path, classes, threads: setting.threads, batchSize: setting.batchSize },
    roundMs: ROUND_MS,
  }));
}

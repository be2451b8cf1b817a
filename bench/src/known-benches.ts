import type { CropPolicyName, Precision } from '@cropline/contracts';
import type { BenchOptions } from './bench-options.js';
import type { BenchReport } from './report.js';

/** A bench that can be asked for by name. */
export interface KnownBench {
  /** What it shows, in one line. */
  readonly about: string;
  /** The policies that `--crops` may name; none when it takes no `--crops`. */
  readonly crops: readonly CropPolicyName[];
  /** The precisions that `--precision` may name; none when it takes no `--precision`. */
  readonly precisions: readonly Precision[];
  /** Rounds where none are asked for: fewer where one takes long. */
  readonly rounds: number;
  /** Whether it takes `--items` and `--workers`. */
  readonly sized?: true;
  run(options: BenchOptions): Promise<BenchReport>;
}

/** Every bench by name. Its module is loaded only when it runs. */
export const BENCHES: Readonly<Record<string, KnownBench>> = {
  engine: {
    about: 'crops/s of the emitted graphs against the published one, on the same cores',
    crops: [],
    precisions: [],
    rounds: 5,
    run: async (options) => (await import('./engine/engine-bench.js')).runEngineBench(options),
  },
  decode: {
    about: 'images/s of decoding alone for every crop policy, and its share of an image',
    crops: [],
    precisions: [],
    rounds: 5,
    run: async (options) => (await import('./decode/decode-bench.js')).runDecodeBench(options),
  },
  policies: {
    about: 'quality and images/s of every crop policy, and of the published graph on 144 crops',
    crops: [],
    precisions: ['fp32', 'int8'],
    rounds: 5,
    run: async (options) =>
      (await import('./policies/policies-bench.js')).runPoliciesBench(options),
  },
  adaptive: {
    about: 'crops that adaptive runs at several levels of agreement, and how often it does agree',
    crops: [],
    precisions: ['fp32', 'int8'],
    rounds: 1,
    run: async (options) =>
      (await import('./adaptive/adaptive-bench.js')).runAdaptiveBench(options),
  },
  pipeline: {
    about: 'images/s through the whole system against `cropline classify` on the same files',
    crops: [],
    precisions: [],
    rounds: 5,
    run: async (options) =>
      (await import('./pipeline/pipeline-bench.js')).runPipelineBench(options),
  },
  scaling: {
    about: 'images/s of one batch of 100 to 5,000 images, and the memory of the worker',
    crops: [],
    precisions: [],
    rounds: 3,
    run: async (options) => (await import('./scaling/scaling-bench.js')).runScalingBench(options),
  },
  memory: {
    about: 'memory of worker, API and Redis while they work, and after five times as much',
    crops: ['single', 'ten'],
    precisions: [],
    rounds: 1,
    run: async (options) => (await import('./memory/memory-bench.js')).runMemoryBench(options),
  },
  bulk: {
    about: 'items/s of one huge batch through API, queue and storage, and their memory meanwhile',
    crops: [],
    precisions: [],
    rounds: 1,
    sized: true,
    run: async (options) => (await import('./bulk/bulk-bench.js')).runBulkBench(options),
  },
  peers: {
    about: 'images/s against PyTorch, Ray Data and a plain loop, where they are installed',
    crops: ['single', 'ten'],
    precisions: [],
    rounds: 5,
    run: async (options) => (await import('./peers/peers-bench.js')).runPeersBench(options),
  },
};

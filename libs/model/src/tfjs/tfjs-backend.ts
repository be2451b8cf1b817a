import { CroplineError, describeCause } from '@cropline/contracts';
import type { Architecture } from '../architecture/architecture.js';
import { checkBatch, notLoaded } from '../backends/check-batch.js';
import type { Device } from '../backends/device.js';
import { firstLine } from '../backends/first-line.js';
import type { CropBatch, InferenceBackend } from '../backends/inference-backend.js';
import { partOfBatch } from '../backends/part-of-batch.js';
import { readWeightsFile } from '../weights/read-weights-file.js';
import { inferenceNet, type InferenceNet } from './inference-net.js';
import { loadTfjs, usesGpu } from './load-tfjs.js';
import type { TfjsRuntime } from './tfjs-runtime.js';

/** What a backend on TensorFlow.js is made of. */
export interface TfjsBackendOptions {
  /** A file that `readWeightsFile` reads. */
  readonly weightsPath: string;
  /** The net that they are of. */
  readonly architecture: Architecture;
  readonly runtime: TfjsRuntime;
  readonly device: Device;
  /** Told when the memory of the device did not do for a batch, which then ran in smaller ones. */
  readonly onNotice: (message: string) => void;
  /** What makes the net of the weights; specs put a smaller memory in. */
  readonly makeNet?: typeof inferenceNet;
}

/** What the runtimes say when there is no memory left. */
const OUT_OF_MEMORY =
  /\bOOM\b|out of memory|RESOURCE_EXHAUSTED|ResourceExhausted|failed to allocate/i;

/**
 * The most pixels WebAssembly is given at once, 32 crops of 224 × 224: its memory ends at 2 GiB, where it does
 * not say so but computes wrongly, and larger batches gain it nothing.
 */
const MOST_PIXELS_ON_WASM = 32 * 224 ** 2;

/** A backend on TensorFlow.js, in fp32. It takes memory once it is loaded. */
export function createTfjsBackend(options: TfjsBackendOptions): InferenceBackend {
  return new TfjsBackend(options);
}

class TfjsBackend implements InferenceBackend {
  readonly #options: TfjsBackendOptions;
  #net: InferenceNet | null = null;
  /** The most pixels that are run at once. */
  #mostPixels: number;

  constructor(options: TfjsBackendOptions) {
    this.#options = options;
    this.#mostPixels = options.runtime === 'wasm' ? MOST_PIXELS_ON_WASM : Infinity;
  }

  async load(): Promise<void> {
    if (this.#net !== null) return;
    const { weightsPath, architecture, runtime, device, makeNet = inferenceNet } = this.#options;
    await loadTfjs(runtime);
    if ((device !== 'cpu') !== usesGpu()) {
      throw new CroplineError(
        'DEVICE_UNAVAILABLE',
        `Expected TensorFlow.js to run on ${device} but ${runtime} took ${usesGpu() ? 'a GPU' : 'the CPU'}: see docs/gpu.md, or set CROPLINE_DEVICE=auto`,
      );
    }
    this.#net = makeNet(architecture, await readWeightsFile(weightsPath));
  }

  async run(batch: CropBatch): Promise<Float32Array<ArrayBuffer>> {
    const { architecture } = this.#options;
    const net = this.#net;
    if (net === null) throw notLoaded();
    const side = architecture.input.size;
    const { size = { width: side, height: side } } = batch;
    checkBatch(batch, size);
    const classes = architecture.classifier.outputs;
    const scores = new Float32Array(batch.count * classes);
    const pixels = size.width * size.height;
    let done = 0;
    while (done < batch.count) {
      const fitting = Math.max(1, Math.floor(this.#mostPixels / pixels));
      const count = Math.min(batch.count - done, fitting);
      try {
        scores.set(await net.score(partOfBatch({ ...batch, size }, done, count)), done * classes);
        done += count;
      } catch (cause) {
        this.#makeRoom(cause, count, pixels);
      }
    }
    return scores;
  }

  dispose(): Promise<void> {
    this.#net?.dispose();
    this.#net = null;
    return Promise.resolve();
  }

  /** From now on runs half as much at once, if memory was what failed. @throws `BACKEND_FAILED` if it was not */
  #makeRoom(cause: unknown, count: number, pixels: number): void {
    const { device } = this.#options;
    const reason = firstLine(cause);
    const smaller = Math.floor(count / 2);
    if (!OUT_OF_MEMORY.test(describeCause(cause)) || smaller === 0) {
      throw new CroplineError(
        'BACKEND_FAILED',
        `Expected scores of ${count} crops from ${device} but it failed (${reason}): restart it; if it has no memory left, lower the batch size`,
        { cause },
      );
    }
    this.#mostPixels = smaller * pixels;
    this.#options.onNotice(
      `OUT OF MEMORY on ${device}: ${count} crops at once did not fit (${reason}). From now on it runs ${smaller} at once; set CROPLINE_BATCH_SIZE=${smaller}, or give it more memory`,
    );
  }
}

import { CroplineError, describeCause } from '@cropline/contracts';
import { InferenceSession } from 'onnxruntime-node';
import { checkBatch, notLoaded } from './check-batch.js';
import { cudaIndex, type Device } from './device.js';
import { firstLine } from './first-line.js';
import type { CropBatch, InferenceBackend } from './inference-backend.js';
import { runSession } from './run-session.js';

/** What an ONNX Runtime session is made of. */
export interface OnnxBackendOptions {
  /**
   * A graph that `emitOnnxGraph` or one of its kind made: its inputs are pixels and flags, in this order,
   * its one output scores. One that takes a fixed number of pictures is run as often as it takes.
   */
  readonly graphPath: string;
  readonly device: Device;
  /** Width and height of a crop in pixels. */
  readonly inputSize: number;
  /** Scores a crop. */
  readonly classes: number;
  /** Threads of one run on the CPU; 1 where every core has a session of its own. */
  readonly threads: number;
  /** Whether its pictures' sizes vary: it is a dense graph's. */
  readonly dense?: boolean;
}

/** A backend on ONNX Runtime, on the CPU or (CUDA) an NVIDIA GPU. It takes memory once it is loaded. */
export function createOnnxBackend(options: OnnxBackendOptions): InferenceBackend {
  return new OnnxBackend(options);
}

class OnnxBackend implements InferenceBackend {
  readonly #options: OnnxBackendOptions;
  #session: InferenceSession | null = null;

  constructor(options: OnnxBackendOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    if (this.#session !== null) return;
    const { graphPath, device } = this.#options;
    try {
      this.#session = await InferenceSession.create(graphPath, sessionOptions(this.#options));
    } catch (cause) {
      if (device !== 'cpu' && !isAboutFile(cause)) {
        throw new CroplineError(
          'DEVICE_UNAVAILABLE',
          `Expected an inference session on ${device} but it could not be made (${firstLine(cause)}): see docs/gpu.md, or set CROPLINE_DEVICE=cpu`,
          { cause },
        );
      }
      throw new CroplineError(
        'BACKEND_FAILED',
        `Expected to load the graph ${graphPath} on ${device} but failed (${firstLine(cause)}): remove the file, so that it is made again`,
        { cause, retryable: false },
      );
    }
  }

  async run({
    pixels,
    mirrored,
    count,
    size = { width: this.#options.inputSize, height: this.#options.inputSize },
  }: CropBatch): Promise<Float32Array<ArrayBuffer>> {
    const { classes, device } = this.#options;
    const session = this.#session;
    if (session === null) throw notLoaded();
    checkBatch({ pixels, mirrored, count }, size);
    // Made by us and given to the runtime to write into: it belongs to the caller then.
    const scores = new Float32Array(count * classes);
    try {
      await runSession(session, { pixels, mirrored, count, size }, scores);
    } catch (cause) {
      throw new CroplineError(
        'BACKEND_FAILED',
        `Expected scores of ${count} crops from ${device} but it failed (${firstLine(cause)}): restart it; if it has no memory left, lower the batch size`,
        { cause },
      );
    }
    return scores;
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.release();
  }
}

function sessionOptions({
  device,
  threads,
  dense = false,
}: OnnxBackendOptions): InferenceSession.SessionOptions {
  const gpu = cudaIndex(device);
  return {
    executionProviders: gpu === null ? ['cpu'] : [{ name: 'cuda', deviceId: gpu }, 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // What the runtime keeps of one size of pictures does not fit the next one, and would pile up.
    ...(dense ? { enableCpuMemArena: false, enableMemPattern: false } : {}),
    graphOptimizationLevel: 'all',
    // Errors only: warnings are about what the runtime chose to run where, and go to stderr.
    logSeverityLevel: 3,
  };
}

/** Whether a session failed for its graph file, not for its device. */
function isAboutFile(cause: unknown): boolean {
  return /load model|protobuf|INVALID_GRAPH|NO_SUCHFILE|doesn't exist/i.test(describeCause(cause));
}

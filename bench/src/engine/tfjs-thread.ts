import { workerData } from 'node:worker_threads';
import { BVLC_GOOGLENET } from '@cropline/model';
import { createTfjsBackend } from '@cropline/model/tfjs';
import { answerRuns } from './answer-runs.js';
import { cropBytes } from './messages.js';

/** What a TensorFlow.js thread is started with: the zoo's file, and crops a batch. */
export interface TfjsThreadData {
  readonly path: string;
  readonly batchSize: number;
}

// TensorFlow.js on WebAssembly with SIMD, which has one thread in Node: one such module a core.
const { path, batchSize: count } = workerData as TfjsThreadData;
const backend = createTfjsBackend({
  weightsPath: path,
  architecture: BVLC_GOOGLENET,
  runtime: 'wasm',
  device: 'cpu',
  onNotice: () => undefined,
});
await backend.load();
const pixels = cropBytes(count);
const mirrored = new Uint8Array(count);

answerRuns(async () => {
  await backend.run({ pixels, mirrored, count });
  return count;
});

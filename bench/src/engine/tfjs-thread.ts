import { workerData } from 'node:worker_threads';
import { readWeightsFile } from '@cropline/model';
import { answerRuns } from './answer-runs.js';
import { cropBytes } from './messages.js';
import { tfjsNet } from './tfjs-net.js';

/** What a TensorFlow.js thread is started with: the zoo's file, and crops a batch. */
export interface TfjsThreadData {
  readonly path: string;
  readonly batchSize: number;
}

// TensorFlow.js on WebAssembly with SIMD, which has one thread in Node: one such module a core.
const { path, batchSize } = workerData as TfjsThreadData;
const score = await tfjsNet(await readWeightsFile(path));
const pixels = cropBytes(batchSize);

answerRuns(async () => {
  await score(pixels, batchSize);
  return batchSize;
});

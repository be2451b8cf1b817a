import { workerData } from 'node:worker_threads';
import { createOnnxBackend } from '@cropline/model';
import { answerRuns } from './answer-runs.js';
import { cropBytes } from './messages.js';

/** What a thread of ours is started with: the emitted graph, crops a batch, and its intra-op threads. */
export interface OwnThreadData {
  readonly path: string;
  readonly batchSize: number;
  readonly threads: number;
  readonly classes: number;
}

// The emitted graph through the backend that workers use: bytes in, preprocessing and softmax inside.
const { path, batchSize, threads, classes } = workerData as OwnThreadData;
const backend = createOnnxBackend({
  graphPath: path,
  device: 'cpu',
  inputSize: 224,
  classes,
  threads,
});
await backend.load();
const batch = {
  pixels: cropBytes(batchSize),
  mirrored: Uint8Array.from({ length: batchSize }, (_, index) => index % 2),
  count: batchSize,
};

answerRuns(async () => {
  await backend.run(batch);
  return batchSize;
});

import { InferenceSession, Tensor } from 'onnxruntime-node';
import { workerData } from 'node:worker_threads';
import { answerRuns } from './answer-runs.js';
import { cropBytes } from './messages.js';

/** What a stock thread is started with: the zoo's file, and its intra-op threads. */
export interface StockThreadData {
  readonly path: string;
  readonly threads: number;
}

/*
 * The published graph as it is: one crop a call (its batch is fixed at 1), and its float input prepared
 * beforehand, so that its preprocessing costs it nothing here.
 */
const { path, threads } = workerData as StockThreadData;
const session = await InferenceSession.create(path, { intraOpNumThreads: threads });
const [inputName = ''] = session.inputNames;
const bytes = cropBytes(1);
const input = new Tensor(
  'float32',
  Float32Array.from(bytes, (value) => value - 114),
  [1, 3, 224, 224],
);

answerRuns(async () => {
  await session.run({ [inputName]: input });
  return 1;
});

import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What the bench tells a stock thread: the zoo's file, and intra-op threads (0: the runtime's choice). */
export interface StockThreadData {
  readonly path: string;
  readonly threads: number;
}

/**
 * The published graph as most people run it: one crop a call (its batch is fixed at 1), float input
 * prepared beforehand, so that its preprocessing costs it nothing here.
 */
const { path, threads } = workerData as StockThreadData;
const session = await InferenceSession.create(path, threads > 0 ? { intraOpNumThreads: threads } : {});
const input = new Tensor(
  'float32',
  Float32Array.from({ length: 3 * 224 * 224 }, (_, index) => ((index * 7919) % 255) - 110),
  [1, 3, 224, 224],
);

parentPort?.on('message', (milliseconds: number) => {
  void (async () => {
    let crops = 0;
    const start = performance.now();
    while (performance.now() - start < milliseconds) {
      await session.run({ data_0: input });
      crops += 1;
    }
    parentPort?.postMessage((crops * 1000) / (performance.now() - start));
  })();
});
parentPort?.postMessage('ready');

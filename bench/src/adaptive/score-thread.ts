import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { createOnnxBackend, planCrops, type ResizeSpec } from '@cropline/model';
import { cutCrop, decodeViews, readHeader } from '@cropline/pipeline';
import type { AdaptivePolicy, ScoredPhoto } from './scored-photo.js';

/** What a thread is started with. */
export interface ScoreThreadData {
  readonly graphPath: string;
  readonly classes: number;
  readonly spec: ResizeSpec;
  readonly policy: AdaptivePolicy;
}

/*
 * Told a path, it answers the scores of every crop that `adaptive` might run of the photo, in its order.
 */
const MAX_PIXELS = 1e8;
const CHANNELS = 3;
const { graphPath, classes, spec, policy } = workerData as ScoreThreadData;
const backend = createOnnxBackend({
  graphPath,
  inputSize: 224,
  classes,
  device: 'cpu',
  threads: 1,
});
await backend.load();

async function score(path: string): Promise<ScoredPhoto> {
  const bytes = await readFile(path);
  const header = await readHeader(bytes, MAX_PIXELS);
  const plan = planCrops({ policy: 'adaptive', upTo: policy, agreement: 0.99 }, header, spec);
  const pictures = await decodeViews(bytes, header, plan.views);
  const pixels = new Uint8Array(plan.size ** 2 * CHANNELS);
  const scores = new Float32Array(plan.crops.length * classes);
  for (const [index, crop] of plan.crops.entries()) {
    const picture = pictures[crop.view];
    if (picture !== undefined) cutCrop(picture, crop, plan.size, pixels, 0);
    const mirrored = Uint8Array.of(Number(crop.mirrored));
    scores.set(await backend.run({ pixels, mirrored, count: 1 }), index * classes);
  }
  return { crops: plan.crops, classes, scores };
}

parentPort?.on('message', (path: string) => {
  score(path).then(
    (photo) => parentPort?.postMessage(photo, [photo.scores.buffer as ArrayBuffer]),
    (error: unknown) => {
      // An error in a thread of a bench ends the bench: its parent hears of it.
      queueMicrotask(() => {
        throw error;
      });
    },
  );
});
parentPort?.postMessage('ready');

import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ResolvedModel } from '@cropline/model';
import type { ScoreThreadData } from './score-thread.js';
import type { AdaptivePolicy, ScoredPhoto } from './scored-photo.js';

/** Runs all crops of a policy on every photo: one thread, with one session of one thread, a core. */
export async function scorePhotos(
  paths: readonly string[],
  policy: AdaptivePolicy,
  { graphPath, info }: ResolvedModel,
  onDone: (photos: number) => void,
): Promise<ScoredPhoto[]> {
  const { classes, inputSize, resize, resizeTo } = info;
  const spec = { inputSize, resize, resizeTo };
  const settings: ScoreThreadData = { graphPath, classes, spec, policy };
  const photos: ScoredPhoto[] = [];
  let next = 0;
  let done = 0;
  const serve = async (): Promise<void> => {
    const thread = new Worker(new URL('./score-thread.js', import.meta.url), {
      workerData: settings,
    });
    try {
      await once(thread, 'message');
      for (let index = next++; index < paths.length; index = next++) {
        const answer = once(thread, 'message') as Promise<[ScoredPhoto]>;
        thread.postMessage(paths[index]);
        [photos[index]] = await answer;
        onDone((done += 1));
      }
    } finally {
      await thread.terminate();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, serve));
  return photos;
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Prediction } from '@cropline/contracts';
import type { ImageClassification } from '@cropline/pipeline';
import type { Engine } from './engine.js';

/** The name of the device, and of the model in every result that it makes up. */
export const NO_DEVICE = 'none';

const NO_DIGEST = `sha256:${'0'.repeat(64)}`;
const BYTES = Buffer.alloc(1);

/**
 * An engine for load tests, which shows what queue, API and storage can do: nothing is fetched or decoded,
 * no model is loaded, and every image gets the same made-up predictions, as many as were asked for. Its
 * results name the model `none`, so that nobody takes them for answers.
 *
 * @param msAnImage How long it holds the device for an image: one image at a time, as a slow device would.
 */
export function createNoDevice(msAnImage: number): Engine {
  const model = { name: NO_DEVICE, digest: NO_DIGEST, precision: 'fp32' } as const;
  let freeAt = 0;
  const itsTurn = async (signal: AbortSignal | undefined): Promise<void> => {
    const now = performance.now();
    freeAt = Math.max(freeAt, now) + msAnImage;
    await pause(freeAt - now, undefined, signal === undefined ? {} : { signal });
  };
  return {
    info: {
      model,
      backend: NO_DEVICE,
      runtime: NO_DEVICE,
      device: NO_DEVICE,
      threads: 0,
      batchSize: 1,
    },
    fetch: () => Promise.resolve({ bytes: BYTES, attempts: 1 }),
    classify: async (_, { topK, signal }): Promise<ImageClassification> => {
      if (msAnImage > 0) await itsTurn(signal);
      return {
        predictions: madeUp(topK),
        crops: { policy: 'single', count: 1 },
        model,
        image: { width: 1, height: 1, bytes: BYTES.length, format: NO_DEVICE, digest: NO_DIGEST },
        timingsMs: { decode: 0, queue: 0, infer: msAnImage, total: msAnImage },
      };
    },
    close: () => Promise.resolve(),
  };
}

function madeUp(count: number): Prediction[] {
  return Array.from({ length: count }, (_, index) => ({
    classIndex: index,
    label: `made up ${index}`,
    score: 2 ** -(index + 1),
  }));
}

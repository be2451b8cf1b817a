import { availableParallelism } from 'node:os';
import type { Classifier, ClassifierOptions } from './classifier.js';
import { PooledClassifier } from './pooled-classifier.js';

/**
 * Crops of a device batch where none is asked for. On the CPU larger ones push the first layers out of the
 * cache (8 are a tenth slower), and one alone would leave the device waiting whenever the event loop is
 * late; a GPU is not filled by few.
 */
export const DEFAULT_BATCH_SIZES = { cpu: 2, cuda: 64 } as const;

/**
 * Makes a classifier: starts its inference threads, each with a session of its own, and resolves when all
 * are warm.
 *
 * @throws CroplineError `BACKEND_FAILED` or `DEVICE_UNAVAILABLE` when a session cannot be made.
 * @throws RangeError when `threads` or `batchSize` is not a positive integer.
 * @example
 * const model = await resolveModel({ cacheDir });
 * const classifier = await createClassifier({ model, device: 'cpu', maxPixels: 1e8 });
 * const { predictions } = await classifier.classify(await readFile('cat.jpg'), { crops: 'ten', topK: 5 });
 * await classifier.close();
 */
export async function createClassifier(options: ClassifierOptions): Promise<Classifier> {
  const { model, device, maxPixels, tfjs = null } = options;
  const { onCrash = () => undefined, onNotice = () => undefined } = options;
  const cpu = device === 'cpu';
  // TensorFlow's own library spreads each run over all cores.
  const native = tfjs !== null && tfjs !== 'wasm';
  return PooledClassifier.start({
    model,
    device,
    tfjs,
    maxPixels,
    threads: positive('threads', options.threads ?? (cpu && !native ? availableParallelism() : 1)),
    batchSize: positive(
      'batchSize',
      options.batchSize ?? DEFAULT_BATCH_SIZES[cpu ? 'cpu' : 'cuda'],
    ),
    onCrash,
    onNotice,
  });
}

function positive(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`Expected a positive integer for ${name} but received ${value}`);
}

import type { BatchSource } from './batch-source.js';
import type { Dataset } from './dataset.js';
import { datasetInvalid } from './dataset-error.js';
import type { LabelledBatch } from './labelled-batch.js';
import { Loader } from './loader.js';
import type { BatchRequest, LoaderSettings, UnreadableImage } from './loader-messages.js';

/** How batches are made of a dataset. */
export interface BatchSourceOptions extends Omit<LoaderSettings, 'dataset' | 'cacheBytes'> {
  readonly dataset: Dataset;
  /** How many bytes of decoded pictures are kept from one epoch to the next; default 1 GiB. */
  readonly cacheBytes?: number;
  /** Told once of every image that is left out. */
  readonly onUnreadable?: (image: UnreadableImage) => void;
}

/** Batches that a thread of its own makes. */
export interface OpenBatchSource extends BatchSource {
  close(): Promise<void>;
}

const CACHE_BYTES = 2 ** 30;
/** Batches that are made while one is used. */
const AHEAD = 3;

/**
 * Makes the batches of a dataset in a thread of its own, a few ahead of whoever uses them.
 *
 * @throws `DATASET_INVALID` when there are fewer images than one batch takes
 */
export function openBatchSource(options: BatchSourceOptions): OpenBatchSource {
  const { dataset, batch, resize, cacheBytes = CACHE_BYTES, onUnreadable, ...others } = options;
  const { labels, train, validation } = dataset;
  const stepsPerEpoch = Math.floor(train.length / batch);
  if (stepsPerEpoch === 0) {
    throw datasetInvalid(
      `Expected at least one batch of ${batch} images to learn from but there are ${train.length}. Add images, or lower --batch.`,
    );
  }
  const settings = { dataset: { train, validation }, batch, resize, cacheBytes, ...others };
  const loader = new Loader(settings, onUnreadable ?? (() => undefined));
  return {
    labels,
    inputSize: resize.inputSize,
    stepsPerEpoch,
    train: (epoch, fromStep = 0) =>
      inTurn(loader, fromStep, stepsPerEpoch, (step) => ({ kind: 'train', epoch, step })),
    validation: () => judged(loader, Math.ceil(validation.length / batch)),
    close: () => loader.close(),
  };
}

/** The batches of the steps, in order, some of them asked for ahead. */
async function* inTurn(
  loader: Loader,
  fromStep: number,
  steps: number,
  requestOf: (step: number) => BatchRequest,
): AsyncGenerator<LabelledBatch, void, undefined> {
  const asked: Promise<LabelledBatch>[] = [];
  for (let step = fromStep, next = fromStep; step < steps; step += 1) {
    for (; next < Math.min(steps, step + 1 + AHEAD); next += 1) {
      const batch = loader.request(requestOf(next));
      // Whoever stops early waits for none of the others.
      batch.catch(() => undefined);
      asked.push(batch);
    }
    const batch = await asked.shift();
    if (batch !== undefined) yield batch;
  }
}

async function* judged(
  loader: Loader,
  steps: number,
): AsyncGenerator<LabelledBatch, void, undefined> {
  let images = 0;
  for await (const batch of inTurn(loader, 0, steps, (step) => ({ kind: 'validation', step }))) {
    images += batch.count;
    if (batch.count > 0) yield batch;
  }
  if (images === 0) {
    throw datasetInvalid('Expected images to validate with but none of them can be read.');
  }
}

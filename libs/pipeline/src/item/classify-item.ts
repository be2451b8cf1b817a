import {
  CROPLINE_VERSION,
  CroplineError,
  type ClassifyOptions,
  type Item,
  type ItemError,
  type ItemResult,
} from '@cropline/contracts';
import { isWantOfMemory, memoryExhausted } from '../decode/memory-left.js';
import type { Classifier } from '../classifier/classifier.js';

/** How often the crops of one image are given to the device before its item fails. */
export const MAX_INFERENCE_ATTEMPTS = 3;

/** The two things an item needs: where its bytes come from, and what classifies them. */
export interface ItemStages {
  /** The bytes at a URL and how many attempts they took; throws `IMAGE_*` with `details.attempts`. */
  fetch(
    url: string,
    options: { signal?: AbortSignal; cancelled: () => boolean },
  ): Promise<{ readonly bytes: Buffer; readonly attempts: number }>;
  readonly classifier: Pick<Classifier, 'classify'>;
}

/** What the caller wants of one item beside its options. */
export interface ClassifyItemControl {
  /** Its crops go before those of others that wait for the device. */
  readonly urgent?: boolean;
  /** Whether its batch was cancelled; asked before and during the fetch, and before the device. */
  readonly cancelled?: () => boolean;
  /** Gives the item up: `classifyItem` then rejects, and the item has no outcome. */
  readonly signal?: AbortSignal;
  /** Told of a failure nobody foresaw, whose message is kept out of the result. */
  readonly onUnforeseen?: (error: unknown) => void;
}

/**
 * One image from its URL to its outcome, the same for a worker and for the command line: fetch, classify,
 * and put the answer into the shape of a line of results.jsonl. A fault of the image, its source or its
 * inference is an outcome (a failed item), never an exception; so is a cancelled batch.
 *
 * @throws The signal's reason once it is aborted, `BACKEND_FAILED` when the device is gone and
 *   `MEMORY_EXHAUSTED` when there is no memory, which are no faults of this item and would fail all others too.
 * @example
 * const result = await classifyItem({ id: '0', url: 's3://photos/cat.jpg' }, options, {
 *   fetch: (url, control) => source.fetch(url, control),
 *   classifier,
 * });
 */
export async function classifyItem(
  item: Item,
  options: ClassifyOptions,
  stages: ItemStages,
  control: ClassifyItemControl = {},
): Promise<ItemResult> {
  const { signal, urgent = false, cancelled = () => false } = control;
  const identity = { id: item.id, url: item.url };
  const started = performance.now();
  let attempts = 1;
  try {
    signal?.throwIfAborted();
    if (cancelled()) return { ...identity, status: 'cancelled', reason: 'cancelled' };
    const { bytes } = await stages.fetch(item.url, {
      cancelled,
      ...(signal === undefined ? {} : { signal }),
    });
    const fetched = performance.now();
    for (;;) {
      signal?.throwIfAborted();
      if (cancelled()) return { ...identity, status: 'cancelled', reason: 'cancelled' };
      try {
        const { predictions, crops, model, image, timingsMs } = await stages.classifier.classify(
          bytes,
          { ...options, urgent, ...(signal === undefined ? {} : { signal }) },
        );
        return {
          ...identity,
          status: 'succeeded',
          predictions,
          crops,
          model,
          image,
          timingsMs: {
            fetch: hundredths(fetched - started),
            decode: hundredths(timingsMs.decode),
            queue: hundredths(timingsMs.queue),
            infer: hundredths(timingsMs.infer),
            total: hundredths(performance.now() - started),
          },
          version: CROPLINE_VERSION,
        };
      } catch (error) {
        if (attempts >= MAX_INFERENCE_ATTEMPTS || !mayMend(error)) throw error;
        attempts += 1;
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof CroplineError && error.code === 'BACKEND_FAILED') throw error;
    if (isWantOfMemory(error)) throw memoryExhausted(error);
    return { ...identity, status: 'failed', error: itemError(error, attempts, control) };
  }
}

const mayMend = (error: unknown): boolean =>
  error instanceof CroplineError && error.code === 'INFERENCE_FAILED' && error.retryable;

function itemError(error: unknown, attempts: number, control: ClassifyItemControl): ItemError {
  if (error instanceof CroplineError) {
    const counted = error.details?.['attempts'];
    return {
      code: error.code,
      message: error.message,
      retryable: error.retryable,
      attempts: typeof counted === 'number' ? counted : attempts,
    };
  }
  control.onUnforeseen?.(error);
  return {
    code: 'INTERNAL',
    message:
      'The image could not be classified, for a reason that was not foreseen; the log of the process that ran it has the cause.',
    retryable: true,
    attempts,
  };
}

/** Milliseconds to 0.01 ms: below that is noise, and it would be a third of every result line. */
const hundredths = (milliseconds: number): number =>
  Math.max(0, Math.round(milliseconds * 100) / 100);

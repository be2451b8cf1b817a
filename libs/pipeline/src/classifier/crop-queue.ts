import { BatchTurns } from '../batching/batch-turns.js';
import { MicroBatcher, type BatchDecision, type Vacancy } from '../batching/micro-batcher.js';
import type { ImageJob } from './image-job.js';

/** How long a crop waits for others while a device is idle, in milliseconds. */
const MAX_WAIT_MS = 3;

/**
 * The crops that wait for the device. Those of the model's input size share batches; a whole picture, whose
 * size depends on its image and scale, is a batch of its own (larger ones gain nothing on a CPU and take
 * memory). The two kinds take turns.
 */
export class CropQueue {
  readonly #crops: MicroBatcher<ImageJob>;
  readonly #pictures: MicroBatcher<ImageJob>;
  readonly #turns: BatchTurns<ImageJob>;

  /** @param batchSize the most crops of a device batch. */
  constructor(batchSize: number) {
    const now = (): number => performance.now();
    this.#crops = new MicroBatcher({ batchSize, maxWaitMs: MAX_WAIT_MS, now });
    this.#pictures = new MicroBatcher({ batchSize: 1, maxWaitMs: 0, now });
    this.#turns = new BatchTurns([this.#crops, this.#pictures]);
  }

  /** Queues the crops `from` … `to` − 1 of a job. */
  add(job: ImageJob, to: number, urgent: boolean, from: number): void {
    (job.whole ? this.#pictures : this.#crops).add(job, to, urgent, from);
  }

  /** Forgets the crops of a job that are in no batch yet. */
  remove(job: ImageJob): void {
    (job.whole ? this.#pictures : this.#crops).remove(job);
  }

  /** Decides what to do now; to be asked again after each batch, until there is nothing to run. */
  next(vacancy: Vacancy): BatchDecision<ImageJob> {
    return this.#turns.next(vacancy);
  }
}

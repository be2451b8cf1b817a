import type { BatchPlace } from '../batching/micro-batcher.js';
import type { BatchScores, DeviceBatch } from '../inference/device-batch.js';
import type { BatchBuffers } from '../inference/thread-messages.js';
import { cropBytes, type ImageJob } from './image-job.js';

/** Crops of one image or several that run together. */
export class CropBatch implements DeviceBatch {
  readonly whole = null;
  readonly #places: readonly BatchPlace<ImageJob>[];
  readonly #inputSize: number;

  /** @param inputSize width and height of a crop in pixels. */
  constructor(places: readonly BatchPlace<ImageJob>[], inputSize: number) {
    this.#places = places;
    this.#inputSize = inputSize;
  }

  get count(): number {
    return this.#places.length;
  }

  fill({ pixels, mirrored }: BatchBuffers): void {
    const bytes = cropBytes(this.#inputSize);
    for (const [place, { job, crop }] of this.#places.entries()) {
      mirrored[place] = Number(job.cut(crop, pixels, place * bytes));
    }
  }

  done({ scores, ms }: BatchScores): void {
    const end = performance.now();
    const run = { start: end - ms, end };
    const classes = scores.length / this.count;
    for (const [place, { job, crop }] of this.#places.entries()) {
      job.take(crop, scores.subarray(place * classes, (place + 1) * classes), run);
    }
  }

  failed(error: Error): void {
    for (const { job } of this.#places) job.fail(error);
  }

  apart(): CropBatch[] {
    const wanted = this.#places.filter(({ job }) => job.wanted);
    const jobs = new Set(wanted.map(({ job }) => job));
    return [...jobs].map(
      (job) =>
        new CropBatch(
          wanted.filter((place) => place.job === job),
          this.#inputSize,
        ),
    );
  }
}

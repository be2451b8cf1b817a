import type { PixelSize } from '@cropline/model';
import type { BatchPlace } from '../batching/micro-batcher.js';
import { BYTES_PER_PIXEL } from '../decode/picture.js';
import type { BatchScores, DeviceBatch } from '../inference/device-batch.js';
import type { BatchBuffers } from '../inference/thread-messages.js';
import type { ImageJob } from './image-job.js';

/** Crops of one image or several that run together, or a whole picture of one. */
export class CropBatch implements DeviceBatch {
  readonly #places: readonly BatchPlace<ImageJob>[];
  readonly #size: PixelSize;
  readonly whole: PixelSize | null;

  /** @param places of crops of one size, as a `CropQueue` gives them; never none. */
  constructor(places: readonly BatchPlace<ImageJob>[]) {
    const [first] = places;
    if (first === undefined) throw new RangeError('Expected at least one crop for a batch');
    this.#places = places;
    this.#size = first.job.sizeOf(first.crop);
    this.whole = first.job.whole ? this.#size : null;
  }

  get count(): number {
    return this.#places.length;
  }

  fill({ pixels, mirrored }: BatchBuffers): void {
    const bytes = this.#size.width * this.#size.height * BYTES_PER_PIXEL;
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
    return [...jobs].map((job) => new CropBatch(wanted.filter((place) => place.job === job)));
  }
}

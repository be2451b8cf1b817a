import type { PixelSize } from '@cropline/model';
import type { BatchScores, DeviceBatch } from '../inference/device-batch.js';
import type { BatchBuffers } from '../inference/thread-messages.js';
import { BYTES_PER_PIXEL } from '../decode/picture.js';
import type { ImageJob } from './image-job.js';

/** A whole view of one image, as it is and mirrored: sizes differ from view to view, so each runs alone. */
export class DenseBatch implements DeviceBatch {
  readonly whole: PixelSize;
  readonly #job: ImageJob;
  readonly #crops: readonly number[];

  /** @param view its index in the plan of the job. */
  constructor(job: ImageJob, view: number) {
    const { size, crops } = job.wholeView(view);
    this.#job = job;
    this.#crops = crops;
    this.whole = size;
  }

  get count(): number {
    return this.#crops.length;
  }

  fill({ pixels, mirrored }: BatchBuffers): void {
    const bytes = this.whole.width * this.whole.height * BYTES_PER_PIXEL;
    for (const [place, crop] of this.#crops.entries()) {
      mirrored[place] = Number(this.#job.cut(crop, pixels, place * bytes));
    }
  }

  done({ scores, ms }: BatchScores): void {
    const end = performance.now();
    const run = { start: end - ms, end };
    const classes = scores.length / this.count;
    for (const [place, crop] of this.#crops.entries()) {
      this.#job.take(crop, scores.subarray(place * classes, (place + 1) * classes), run);
    }
  }

  failed(error: Error): void {
    this.#job.fail(error);
  }

  apart(): DenseBatch[] {
    return this.#job.wanted ? [this] : [];
  }
}

import type { CropPlan, PixelSize } from '@cropline/model';
import { cutCrop } from '../crops/cut-crop.js';
import { BYTES_PER_PIXEL, type Picture } from '../decode/picture.js';
import { deviceTime, type DeviceRun } from './device-run.js';

/** What the device made of an image. */
export interface JobAnswer {
  /** Crops × classes, softmax, in the order of the plan. */
  readonly scores: Float32Array;
  /** How long the device ran crops of it, in milliseconds. */
  readonly deviceMs: number;
}

/** A decoded image on its way through device batches: where its crops come from and their scores go to. */
export class ImageJob {
  /** The scores of all its crops; rejects with what `fail` was given. */
  readonly answer: Promise<JobAnswer>;
  readonly #plan: CropPlan;
  readonly #classes: number;
  readonly #scores: Float32Array;
  readonly #runs = new Set<DeviceRun>();
  /** Null once it is settled: nothing is cut from then on. Till then a batch may have to run again. */
  #pictures: readonly Picture[] | null;
  #left: number;
  #resolve!: (answer: JobAnswer) => void;
  #reject!: (error: unknown) => void;

  /** @param pictures one a view of the plan. */
  constructor(plan: CropPlan, pictures: readonly Picture[], classes: number) {
    this.#plan = plan;
    this.#pictures = pictures;
    this.#classes = classes;
    this.#left = plan.crops.length;
    this.#scores = new Float32Array(this.#left * classes);
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Whether its views are run whole, by the dense graph. */
  get whole(): boolean {
    return this.#plan.policy === 'dense';
  }

  /** The pictures that its crops are cut from, or that are run whole. */
  get views(): number {
    return this.#plan.views.length;
  }

  /** How many crops it has. */
  get crops(): number {
    return this.#plan.crops.length;
  }

  /** Whether anyone still waits for its answer. */
  get wanted(): boolean {
    return this.#pictures !== null;
  }

  /** Writes the pixels of a crop into `target` from byte `at` on, and returns whether it is mirrored. */
  cut(index: number, target: Uint8Array, at: number): boolean {
    const crop = this.#plan.crops[index];
    const picture = crop === undefined ? undefined : this.#pictures?.[crop.view];
    if (crop === undefined || picture === undefined) return false;
    if (this.whole) target.set(picture.pixels, at);
    else cutCrop(picture, crop, this.#plan.size, target, at);
    return crop.mirrored;
  }

  /** The crops that are the whole of a view: as it is, and mirrored. */
  wholeView(view: number): { readonly size: PixelSize; readonly crops: readonly number[] } {
    const { views, crops } = this.#plan;
    const size = views[view];
    if (size === undefined) throw new RangeError(`There is no view ${view}`);
    return { size, crops: [...crops.keys()].filter((index) => crops[index]?.view === view) };
  }

  /** Takes the scores of one crop, and of which run of the device they are. */
  take(index: number, scores: Float32Array, run: DeviceRun): void {
    if (!this.wanted) return;
    this.#scores.set(scores, index * this.#classes);
    this.#runs.add(run);
    this.#left -= 1;
    if (this.#left > 0) return;
    this.#pictures = null;
    this.#resolve({ scores: this.#scores, deviceMs: deviceTime(this.#runs) });
  }

  /** Gives it up; `answer` rejects unless it is there already. */
  fail(error: unknown): void {
    this.#pictures = null;
    this.#reject(error);
  }

  /** Nobody waits for it any more: lets go of its pictures, and its answer never comes. */
  drop(): void {
    this.#pictures = null;
  }
}

/** Bytes of one crop of `size` × `size` pixels. */
export const cropBytes = (size: number): number => size * size * BYTES_PER_PIXEL;

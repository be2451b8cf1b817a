import type { CropPlan, PixelSize } from '@cropline/model';
import { cutCrop } from '../crops/cut-crop.js';
import { BYTES_PER_PIXEL, type Picture } from '../decode/picture.js';
import { deviceTime, type DeviceRun } from './device-run.js';

/** Crops that are run before the next are asked for, and who waits for them. */
interface Round {
  left: number;
  resolve(): void;
  reject(error: Error): void;
}

/** A decoded image on its way through device batches: where its crops come from and their scores go to. */
export class ImageJob {
  readonly #plan: CropPlan;
  readonly #classes: number;
  readonly #scores: Float32Array;
  readonly #runs = new Set<DeviceRun>();
  /** Null once nobody waits for it: nothing is cut from then on. Till then a batch may have to run again. */
  #pictures: readonly (Picture | undefined)[] | null;
  #round: Round | null = null;
  #failure: Error | null = null;

  /** @param pictures one a view of the plan; those of a round are there when it begins. */
  constructor(plan: CropPlan, pictures: readonly (Picture | undefined)[], classes: number) {
    this.#plan = plan;
    this.#pictures = pictures;
    this.#classes = classes;
    this.#scores = new Float32Array(plan.crops.length * classes);
  }

  /** Whether its crops are whole views, for the dense graph. */
  get whole(): boolean {
    return this.#plan.policy === 'dense';
  }

  /** Width and height of a crop. */
  sizeOf(index: number): PixelSize {
    const { crops, views, size } = this.#plan;
    const view = this.whole ? views[crops[index]?.view ?? -1] : undefined;
    return view ?? { width: size, height: size };
  }

  /** How long the device ran crops of it so far, in milliseconds. */
  get deviceMs(): number {
    return deviceTime(this.#runs);
  }

  /** Whether anyone still waits for its answer. */
  get wanted(): boolean {
    return this.#pictures !== null;
  }

  /** Begins a round of `crops` more crops; resolves when they have their scores, rejects with what `fail` was given. */
  begin(crops: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure === null) this.#round = { left: crops, resolve, reject };
      else reject(this.#failure);
    });
  }

  /** The scores of its first `crops` crops × classes, softmax, in the order of the plan. */
  scores(crops: number): Float32Array {
    return this.#scores.subarray(0, crops * this.#classes);
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

  /** Takes the scores of one crop, and of which run of the device they are. */
  take(index: number, scores: Float32Array, run: DeviceRun): void {
    const round = this.#round;
    if (!this.wanted || round === null) return;
    this.#scores.set(scores, index * this.#classes);
    this.#runs.add(run);
    round.left -= 1;
    if (round.left > 0) return;
    this.#round = null;
    round.resolve();
  }

  /** Gives it up: the round that it is in rejects, or the next to begin. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#pictures = null;
    this.#round?.reject(error);
    this.#round = null;
  }

  /** Nobody waits for it any more: lets go of its pictures, and no round ends. */
  drop(): void {
    this.#pictures = null;
  }
}

/** Bytes of one crop of `size` × `size` pixels. */
export const cropBytes = (size: number): number => size * size * BYTES_PER_PIXEL;

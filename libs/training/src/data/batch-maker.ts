import { availableParallelism } from 'node:os';
import { CroplineError } from '@cropline/contracts';
import { mapInOrder } from '@cropline/pipeline';
import { datasetInvalid } from './dataset-error.js';
import type { DatasetImage } from './dataset.js';
import type { LabelledBatch } from './labelled-batch.js';
import { shownId } from './labelled-image.js';
import type { BatchRequest, LoaderSettings, UnreadableImage } from './loader-messages.js';
import { augment, centreCrop, decodeToAugment, type Pixels } from './prepare-image.js';
import { randomOf, shuffled } from './seeded-random.js';

/** What a maker of batches is given. */
export interface BatchMakerOptions extends LoaderSettings {
  /** The bytes of an image. @throws CroplineError `IMAGE_*` */
  readonly read: (url: string) => Promise<Buffer>;
  /** Told once of every image that is left out. */
  readonly onUnreadable: (image: UnreadableImage) => void;
}

/** A picture of a batch and its class. */
interface Made {
  readonly pixels: Uint8Array;
  readonly classIndex: number;
}

/**
 * Makes the batches of a training: reads and decodes images, keeps what has room in memory, cuts and changes
 * what a step sees. An image that cannot be read is told of and left out; where a batch needs one in its
 * place, the next readable image of its class stands in.
 */
export class BatchMaker {
  readonly #options: BatchMakerOptions;
  readonly #kept = new Map<string, Pixels>();
  readonly #crops = new Map<string, Uint8Array>();
  readonly #unreadable = new Map<string, CroplineError>();
  readonly #members = new Map<number, DatasetImage[]>();
  #room: number;
  #order: { readonly epoch: number; readonly images: readonly DatasetImage[] } | null = null;

  constructor(options: BatchMakerOptions) {
    this.#options = options;
    this.#room = options.cacheBytes;
    for (const image of options.dataset.train) {
      const members = this.#members.get(image.classIndex);
      if (members === undefined) this.#members.set(image.classIndex, [image]);
      else members.push(image);
    }
  }

  /**
   * One batch.
   *
   * @throws `DATASET_INVALID` when no image of a class can be read, or none to validate with
   */
  make(request: BatchRequest): Promise<LabelledBatch> {
    return request.kind === 'train'
      ? this.#train(request.epoch, request.step)
      : this.#validation(request.step);
  }

  async #train(epoch: number, step: number): Promise<LabelledBatch> {
    const { batch, seed, resize } = this.#options;
    const images = this.#epoch(epoch).slice(step * batch, (step + 1) * batch);
    return this.#gather(images, async (wanted) => {
      const picture = await this.#readable(wanted);
      const random = randomOf(seed, 'augment', epoch, wanted.id);
      return {
        pixels: await augment(picture, resize.inputSize, random),
        classIndex: wanted.classIndex,
      };
    });
  }

  #epoch(epoch: number): readonly DatasetImage[] {
    if (this.#order?.epoch !== epoch) {
      const { dataset, seed } = this.#options;
      this.#order = { epoch, images: shuffled(dataset.train, randomOf(seed, 'order', epoch)) };
    }
    return this.#order.images;
  }

  async #validation(step: number): Promise<LabelledBatch> {
    const { batch, dataset } = this.#options;
    const images = dataset.validation.slice(step * batch, (step + 1) * batch);
    return this.#gather(images, async (image) => {
      const pixels = await this.#attempt(image, () => this.#centre(image));
      return pixels === null ? null : { pixels, classIndex: image.classIndex };
    });
  }

  async #gather(
    images: readonly DatasetImage[],
    run: (image: DatasetImage) => Promise<Made | null>,
  ): Promise<LabelledBatch> {
    const length = this.#options.resize.inputSize ** 2 * 3;
    const pixels = new Uint8Array(images.length * length);
    const labels = new Int32Array(images.length);
    let count = 0;
    for await (const made of mapInOrder(images, { concurrency: availableParallelism() }, run)) {
      if (made === null) continue;
      pixels.set(made.pixels, count * length);
      labels[count] = made.classIndex;
      count += 1;
    }
    return { pixels: pixels.subarray(0, count * length), labels: labels.subarray(0, count), count };
  }

  /** The image itself, or the next of its class that can be read. */
  async #readable(wanted: DatasetImage): Promise<Pixels> {
    for (const image of this.#inPlaceOf(wanted)) {
      const pixels = await this.#attempt(image, () => this.#decoded(image));
      if (pixels !== null) return pixels;
    }
    const cause = this.#unreadable.get(wanted.id);
    throw datasetInvalid(
      `Expected images to learn from but none of the class of ${shownId(wanted.id)} can be read: ${cause?.code ?? ''} ${cause?.message ?? ''}`,
      cause,
    );
  }

  /** The image, then those of its class that follow it, round to the one before it. */
  *#inPlaceOf(wanted: DatasetImage): Generator<DatasetImage, void, undefined> {
    yield wanted;
    const members = this.#members.get(wanted.classIndex) ?? [];
    const index = members.indexOf(wanted);
    yield* members.slice(index + 1);
    yield* members.slice(0, index);
  }

  /** Null when the image has a fault. */
  async #attempt<T>(image: DatasetImage, run: () => Promise<T>): Promise<T | null> {
    // What may pass is tried again in every epoch.
    if (this.#unreadable.get(image.id)?.retryable === false) return null;
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof CroplineError) || !error.code.startsWith('IMAGE_')) throw error;
      if (!this.#unreadable.has(image.id)) {
        this.#options.onUnreadable({ id: image.id, error: error.toJSON() });
      }
      this.#unreadable.set(image.id, error);
      return null;
    }
  }

  async #decoded({ id, url }: DatasetImage): Promise<Pixels> {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    const { resize, access, read } = this.#options;
    const decoded = await decodeToAugment(await read(url), resize.inputSize, access.maxPixels);
    if (this.#takeRoom(decoded.pixels.length)) this.#kept.set(id, decoded);
    return decoded;
  }

  async #centre({ id, url }: DatasetImage): Promise<Uint8Array> {
    const kept = this.#crops.get(id);
    if (kept !== undefined) return kept;
    const { resize, access, read } = this.#options;
    const crop = await centreCrop(await read(url), resize, access.maxPixels);
    if (this.#takeRoom(crop.length)) this.#crops.set(id, crop);
    return crop;
  }

  #takeRoom(bytes: number): boolean {
    if (bytes > this.#room) return false;
    this.#room -= bytes;
    return true;
  }
}

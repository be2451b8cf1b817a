import { availableParallelism } from 'node:os';
import { cropSettings, CroplineError, mostCrops } from '@cropline/contracts';
import {
  averageScores,
  planCrops,
  plannedPositions,
  topPredictions,
  type CropPlan,
} from '@cropline/model';
import { BatchTurns } from '../batching/batch-turns.js';
import { MicroBatcher, type BatchPlace } from '../batching/micro-batcher.js';
import { decodeViews } from '../decode/decode-views.js';
import { digestBytes } from '../decode/digest-bytes.js';
import type { Picture } from '../decode/picture.js';
import { readHeader, type ImageHeader } from '../decode/read-header.js';
import type { DeviceBatch } from '../inference/device-batch.js';
import { InferencePool } from '../inference/inference-pool.js';
import type {
  Classifier,
  ClassifierOptions,
  ClassifyControl,
  ImageClassification,
} from './classifier.js';
import { CropBatch } from './crop-batch.js';
import { DenseBatch } from './dense-batch.js';
import { DecodeGate, type DecodeTicket } from './decode-gate.js';
import { ImageJob, type JobAnswer } from './image-job.js';
import { untilAborted } from './until-aborted.js';

/** How long a crop waits for others while a device is idle, in milliseconds. */
const MAX_WAIT_MS = 3;

/**
 * Full batches of crops that are decoded, or being decoded, for every thread, beside the two that it holds:
 * enough that large photos, which take longer to decode than to run, are decoded side by side.
 */
const BATCHES_AHEAD = 4;

/** The batches that an image comes to under `dense`: one a scale (three, where it is a strip). */
const DENSE_VIEWS = 4;

/** What a `PooledClassifier` is made of: a classifier's options, all of them decided. */
export interface PooledClassifierOptions extends Required<ClassifierOptions> {
  /** The compiled entry of an inference thread; default: the real one. */
  readonly entry?: URL;
}

/** An image with its pixels, and what they are cut into. */
interface DecodedImage {
  readonly header: ImageHeader;
  readonly plan: CropPlan;
  /** One a view of the plan. */
  readonly pictures: readonly Picture[];
}

/**
 * The classifier on a pool of inference threads. An image waits as bytes until the device is near it, is
 * decoded on libvips's threads, and its crops are cut straight into the memory of device batches, which
 * they share with those of other images.
 */
export class PooledClassifier implements Classifier {
  readonly info: Classifier['info'];
  readonly #options: PooledClassifierOptions;
  readonly #gate: DecodeGate;
  readonly #batcher: MicroBatcher<ImageJob>;
  /** Of whole pictures: each view of an image is a batch of its own. */
  readonly #denseBatcher: MicroBatcher<ImageJob>;
  readonly #turns: BatchTurns<ImageJob>;
  /** Images that are decoded and not yet answered. */
  readonly #jobs = new Map<ImageJob, DecodeTicket>();
  readonly #underWay = new Set<Promise<ImageClassification>>();
  #pool: InferencePool | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Why nothing runs any more: the last thread is gone. */
  #broken: CroplineError | null = null;
  #closing = false;

  private constructor(options: PooledClassifierOptions) {
    const { model, device, threads, batchSize } = options;
    this.#options = options;
    this.info = {
      model: { name: model.info.name, digest: model.info.digest, precision: model.precision },
      device,
      threads,
      batchSize,
    };
    this.#gate = new DecodeGate({
      // One more than there are cores, as a decoder also waits for its turn on the thread pool.
      decodes: availableParallelism() + 1,
      cropsAhead: BATCHES_AHEAD * threads * batchSize,
    });
    this.#batcher = new MicroBatcher({
      batchSize,
      maxWaitMs: MAX_WAIT_MS,
      now: () => performance.now(),
    });
    this.#denseBatcher = new MicroBatcher({
      batchSize: 1,
      maxWaitMs: 0,
      now: () => performance.now(),
    });
    this.#turns = new BatchTurns([this.#batcher, this.#denseBatcher]);
  }

  /** @throws CroplineError `BACKEND_FAILED` or `DEVICE_UNAVAILABLE` when a session cannot be made. */
  static async start(options: PooledClassifierOptions): Promise<PooledClassifier> {
    const classifier = new PooledClassifier(options);
    const { model, device, threads, batchSize, onCrash, entry } = options;
    classifier.#pool = await InferencePool.start({
      settings: {
        graphPath: model.graphPath,
        denseGraphPath: model.denseGraphPath,
        device,
        classes: model.info.classes,
        inputSize: model.info.inputSize,
        batchSize,
      },
      threads,
      onVacancy: () => classifier.#pump(),
      onCrash,
      onBroken: (error) => classifier.#break(error),
      ...(entry === undefined ? {} : { entry }),
    });
    return classifier;
  }

  classify(bytes: Buffer, control: ClassifyControl): Promise<ImageClassification> {
    const work = this.#classify(bytes, control);
    this.#underWay.add(work);
    const done = (): boolean => this.#underWay.delete(work);
    work.then(done, done);
    return work;
  }

  async close(): Promise<void> {
    this.#closing = true;
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    clearTimeout(this.#timer);
    await this.#pool?.close();
  }

  async #classify(bytes: Buffer, control: ClassifyControl): Promise<ImageClassification> {
    const { crops, topK, urgent = false, signal } = control;
    const { info } = this.#options.model;
    const started = performance.now();
    signal?.throwIfAborted();
    if (this.#closing) {
      throw new CroplineError(
        'BACKEND_FAILED',
        'Expected a running classifier but it was closed. Make a new one.',
      );
    }
    const dense = cropSettings(crops).policy === 'dense';
    const ticket = await this.#gate.enter(dense ? DENSE_VIEWS : mostCrops(crops), urgent, signal);
    try {
      const admitted = performance.now();
      const [{ header, plan, pictures }, digest] = await untilAborted(
        Promise.all([this.#decode(bytes, control, ticket), digestBytes(bytes)]),
        signal,
      );
      const decoded = performance.now();
      const job = new ImageJob(plan, pictures, info.classes);
      const { scores, deviceMs } = await this.#infer(job, ticket, control);
      const weights = plan.crops.map(({ weight }) => weight);
      const predictions = topPredictions(
        averageScores(scores, weights, info.classes),
        topK,
        info.labels,
      );
      const total = performance.now() - started;
      const decode = decoded - admitted;
      return {
        predictions,
        crops: {
          ...cropSettings(crops),
          count: dense ? plannedPositions(plan) : mostCrops(crops),
        },
        model: dense ? { ...this.info.model, precision: 'fp32' } : this.info.model,
        image: {
          width: header.width,
          height: header.height,
          bytes: bytes.length,
          format: header.format,
          digest,
        },
        timingsMs: {
          decode,
          queue: Math.max(0, total - decode - deviceMs),
          infer: deviceMs,
          total,
        },
      };
    } finally {
      ticket.leave();
    }
  }

  async #decode(
    bytes: Buffer,
    { crops, signal }: ClassifyControl,
    ticket: DecodeTicket,
  ): Promise<DecodedImage> {
    try {
      const header = await readHeader(bytes, this.#options.maxPixels);
      const { width, height } = header;
      const plan = planCrops(crops, { width, height }, this.#options.model.info);
      const pictures = await decodeViews(bytes, header, plan.views, signal);
      ticket.decoded(plan.policy === 'dense' ? plan.views.length : plan.crops.length);
      return { header, plan, pictures };
    } finally {
      ticket.decoded();
    }
  }

  /** Has the device run the crops of a job; takes back those that still wait when it is given up. */
  async #infer(
    job: ImageJob,
    ticket: DecodeTicket,
    { urgent = false, signal }: ClassifyControl,
  ): Promise<JobAnswer> {
    if (this.#broken !== null) throw this.#broken;
    this.#jobs.set(job, ticket);
    try {
      if (job.whole) this.#denseBatcher.add(job, job.views, urgent);
      else this.#batcher.add(job, job.crops, urgent);
      this.#pump();
      return await untilAborted(job.answer, signal);
    } finally {
      job.drop();
      this.#batcher.remove(job);
      this.#denseBatcher.remove(job);
      this.#jobs.delete(job);
    }
  }

  /** Hands over what batches there are to those who have room for them. */
  #pump(): void {
    const pool = this.#pool;
    if (pool === null) return;
    clearTimeout(this.#timer);
    for (;;) {
      const decision = this.#turns.next(pool.vacancy());
      if (decision.kind === 'run') {
        pool.run(this.#batchOf(decision.places));
        for (const { job } of decision.places) this.#jobs.get(job)?.taken();
        continue;
      }
      if (decision.kind === 'wait') {
        this.#timer = setTimeout(() => this.#pump(), Math.ceil(decision.ms));
      }
      return;
    }
  }

  /** Places of the one batcher are crops, the one place of the other is a whole view. */
  #batchOf(places: readonly BatchPlace<ImageJob>[]): DeviceBatch {
    const [first] = places;
    return first?.job.whole === true
      ? new DenseBatch(first.job, first.crop)
      : new CropBatch(places, this.#options.model.info.inputSize);
  }

  /** The last thread is gone. */
  #break(error: CroplineError): void {
    this.#broken = error;
    this.#gate.close(error);
    for (const job of this.#jobs.keys()) job.fail(error);
  }
}

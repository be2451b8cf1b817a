import { availableParallelism } from 'node:os';
import { cropSettings, CroplineError } from '@cropline/contracts';
import {
  averageScores,
  describeRuntime,
  planCrops,
  topPredictions,
  type CropPlan,
} from '@cropline/model';
import { digestBytes } from '../decode/digest-bytes.js';
import { ImageViews } from '../decode/image-views.js';
import { readHeader, type ImageHeader } from '../decode/read-header.js';
import { InferencePool } from '../inference/inference-pool.js';
import type {
  Classifier,
  ClassifierOptions,
  ClassifyControl,
  ImageClassification,
} from './classifier.js';
import { CropBatch } from './crop-batch.js';
import { CropQueue } from './crop-queue.js';
import {
  averagedCrops,
  cropRounds,
  expectedCrops,
  viewsOf,
  type CropRounds,
} from './crop-rounds.js';
import { DecodeGate, type DecodeTicket } from './decode-gate.js';
import { ImageJob } from './image-job.js';
import { programOf } from './program-of.js';
import { untilAborted } from './until-aborted.js';

/**
 * Full batches of crops that are decoded, or being decoded, for every thread, beside the two that it holds:
 * enough that large photos, which take longer to decode than to run, are decoded side by side.
 */
const BATCHES_AHEAD = 4;

/** What a `PooledClassifier` is made of: a classifier's options, all of them decided. */
export interface PooledClassifierOptions extends Required<ClassifierOptions> {
  /** The compiled entry of an inference thread; default: the real one. */
  readonly entry?: URL;
  /** What says how many crops of an image are run; default: what its policy asks for. */
  readonly rounds?: typeof cropRounds;
}

/** An image with its pixels, and what they are cut into. */
interface DecodedImage {
  readonly header: ImageHeader;
  readonly plan: CropPlan;
  readonly rounds: CropRounds;
  /** Those of the first round are made. */
  readonly views: ImageViews;
}

/** What the device made of an image. */
interface Inference {
  /** Crops that were run; the plan's, from the first on. */
  readonly crops: number;
  /** Crops × classes, softmax. */
  readonly scores: Float32Array;
  /** How long the device ran crops of it, in milliseconds. */
  readonly deviceMs: number;
  /** How long views of later rounds took to make, in milliseconds. */
  readonly resizeMs: number;
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
  readonly #queue: CropQueue;
  /** Images that are decoded and not yet answered. */
  readonly #jobs = new Map<ImageJob, DecodeTicket>();
  readonly #underWay = new Set<Promise<ImageClassification>>();
  #pool: InferencePool | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Why nothing runs any more: the last thread is gone. */
  #broken: CroplineError | null = null;
  #closing = false;

  private constructor(options: PooledClassifierOptions) {
    const { model, device, tfjs, threads, batchSize } = options;
    this.#options = options;
    this.info = {
      model: {
        name: model.info.name,
        digest: model.info.digest,
        precision: model.precision,
        ...(model.calibration === undefined ? {} : { calibration: model.calibration }),
      },
      backend: tfjs === null ? 'onnx' : 'tfjs',
      runtime: tfjs === null ? 'ONNX Runtime' : describeRuntime(tfjs),
      device,
      threads,
      batchSize,
    };
    this.#gate = new DecodeGate({
      // One more than there are cores, as a decoder also waits for its turn on the thread pool.
      decodes: availableParallelism() + 1,
      cropsAhead: BATCHES_AHEAD * threads * batchSize,
    });
    this.#queue = new CropQueue(batchSize);
  }

  /** @throws CroplineError `BACKEND_FAILED` or `DEVICE_UNAVAILABLE` when a session cannot be made. */
  static async start(options: PooledClassifierOptions): Promise<PooledClassifier> {
    const classifier = new PooledClassifier(options);
    const { model, device, tfjs, threads, batchSize, onCrash, onNotice, entry } = options;
    classifier.#pool = await InferencePool.start({
      settings: {
        program: programOf(model, tfjs),
        device,
        classes: model.info.classes,
        inputSize: model.info.inputSize,
        batchSize,
      },
      threads,
      onVacancy: () => classifier.#pump(),
      onCrash,
      onNotice,
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
    const ticket = await this.#gate.enter(expectedCrops(crops), urgent, signal);
    try {
      const admitted = performance.now();
      const [image, digest] = await untilAborted(
        Promise.all([this.#decode(bytes, control, ticket), digestBytes(bytes)]),
        signal,
      );
      const decoded = performance.now();
      const ran = await this.#infer(image, ticket, control);
      const weights = image.plan.crops.slice(0, ran.crops).map(({ weight }) => weight);
      const predictions = topPredictions(
        averageScores(ran.scores, weights, info.classes),
        topK,
        info.labels,
      );
      const { header } = image;
      const total = performance.now() - started;
      const decode = decoded - admitted + ran.resizeMs;
      return {
        predictions,
        crops: { ...cropSettings(crops), count: averagedCrops(crops, image.plan, ran.crops) },
        // The dense graph is in fp32 alone.
        model:
          crops === 'dense'
            ? { name: info.name, digest: info.digest, precision: 'fp32' }
            : this.info.model,
        image: {
          width: header.width,
          height: header.height,
          bytes: bytes.length,
          format: header.format,
          digest,
        },
        timingsMs: {
          decode,
          queue: Math.max(0, total - decode - ran.deviceMs),
          infer: ran.deviceMs,
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
      const { model, rounds: roundsOf = cropRounds } = this.#options;
      if (crops === 'dense' && model.denseGraphPath === null) throw noDense(model.info.name);
      const header = await readHeader(bytes, this.#options.maxPixels);
      const { width, height } = header;
      const plan = planCrops(crops, { width, height }, model.info);
      const rounds = roundsOf(cropSettings(crops), plan, model.info.classes);
      const views = new ImageViews(bytes, header, plan.views);
      await views.make(viewsOf(plan, 0, rounds.first), signal);
      ticket.decoded(rounds.first);
      return { header, plan, rounds, views };
    } finally {
      ticket.decoded();
    }
  }

  /** Has the device run the crops of an image, round by round; takes back those that still wait when it is given up. */
  async #infer(
    { plan, rounds, views }: DecodedImage,
    ticket: DecodeTicket,
    { urgent = false, signal }: ClassifyControl,
  ): Promise<Inference> {
    if (this.#broken !== null) throw this.#broken;
    const job = new ImageJob(plan, views.pictures, this.#options.model.info.classes);
    this.#jobs.set(job, ticket);
    let done = 0;
    let resizeMs = 0;
    try {
      let wanted = rounds.first;
      while (wanted > done) {
        if (done > 0) {
          // Before its views are made: no other image is to be let in for the room that they take.
          ticket.wants(wanted - done);
          const begun = performance.now();
          await untilAborted(views.make(viewsOf(plan, done, wanted), signal), signal);
          resizeMs += performance.now() - begun;
        }
        const answered = job.begin(wanted - done);
        this.#queue.add(job, wanted, urgent, done);
        this.#pump();
        await untilAborted(answered, signal);
        done = wanted;
        wanted = rounds.next(job.scores(done), done);
      }
      return { crops: done, scores: job.scores(done), deviceMs: job.deviceMs, resizeMs };
    } finally {
      job.drop();
      this.#queue.remove(job);
      this.#jobs.delete(job);
    }
  }

  /** Hands over what batches there are to those who have room for them. */
  #pump(): void {
    const pool = this.#pool;
    if (pool === null) return;
    clearTimeout(this.#timer);
    for (;;) {
      const decision = this.#queue.next(pool.vacancy());
      if (decision.kind === 'run') {
        pool.run(new CropBatch(decision.places));
        for (const { job } of decision.places) this.#jobs.get(job)?.taken();
        continue;
      }
      if (decision.kind === 'wait') {
        this.#timer = setTimeout(() => this.#pump(), Math.ceil(decision.ms));
      }
      return;
    }
  }

  /** The last thread is gone. */
  #break(error: CroplineError): void {
    this.#broken = error;
    this.#gate.close(error);
    for (const job of this.#jobs.keys()) job.fail(error);
  }
}

function noDense(name: string): CroplineError {
  return new CroplineError(
    'MODEL_UNSUPPORTED',
    `Expected a model that can look at whole pictures for dense crops but ${name} cannot: choose another crop policy, such as ten`,
  );
}

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CroplineError, describeCause } from '@cropline/contracts';
import {
  readWeightsFile,
  writeSafetensors,
  writeWhole,
  type NamedTensor,
  type NamedTensors,
} from '@cropline/model';
import { z } from 'zod';
import type { EpochRecord } from './training-progress.js';

const STATE_FILE = 'state.json';
/** Changes when states of the former format can no longer be gone on with. */
const FORMAT = 1;

const count = z.number().int().min(0);
const share = z.number().min(0).max(1);
const recordSchema = z.object({
  epoch: count.min(1),
  step: count,
  trainLoss: z.number(),
  trainAccuracy: share,
  validationLoss: z.number(),
  validationAccuracy: share,
  learningRate: z.number(),
  seconds: z.number(),
  images: count,
}) satisfies z.ZodType<EpochRecord>;

const bestSchema = z.object({
  record: recordSchema,
  confusion: z.array(z.array(count)),
  file: z.string(),
  sha256: z.string(),
});

const stateSchema = z.object({
  format: z.literal(FORMAT),
  epoch: count.min(1),
  stepInEpoch: count,
  step: count,
  lossSum: z.number(),
  right: count,
  images: count,
  secondsInEpoch: z.number(),
  statisticsUpdates: count,
  history: z.array(recordSchema),
  best: bestSchema.nullable(),
  file: z.string(),
  sha256: z.string(),
});

type StoredState = z.infer<typeof stateSchema>;

/** Where a training is: between two steps. */
export interface TrainingPosition {
  /** The epoch that is under way, from 1. */
  readonly epoch: number;
  /** Steps of it that are done. */
  readonly stepInEpoch: number;
  /** Steps since the beginning. */
  readonly step: number;
  /** Over the steps of the epoch: losses added up, pictures that were told right, all pictures, and time. */
  readonly lossSum: number;
  readonly right: number;
  readonly images: number;
  readonly secondsInEpoch: number;
  readonly history: readonly EpochRecord[];
}

/** The best epoch so far, with what it came to on the validation images. */
export interface BestEpoch {
  readonly record: EpochRecord;
  /** True × predicted. */
  readonly confusion: readonly (readonly number[])[];
  /** The weights of inference. */
  readonly weights: NamedTensors;
}

/** All that a training goes on from. */
export interface Checkpoint {
  readonly position: TrainingPosition;
  readonly parameters: NamedTensors;
  readonly statistics: NamedTensors;
  readonly statisticsUpdates: number;
  /** What the optimizer remembers. */
  readonly slots: NamedTensors;
  readonly best: BestEpoch | null;
}

/**
 * The checkpoints of a training, in a folder: always a whole one, whenever the process is cut off. Tensors are
 * written under a new name first; the state that names them takes the place of the last one in a single step.
 */
export class CheckpointStore {
  readonly #folder: string;
  #best: { best: BestEpoch; file: string; sha256: string } | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws what the file system says */
  async save({ position, best, ...tensors }: Checkpoint): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const { parameters, statistics, statisticsUpdates, slots } = tensors;
    const all = new Map<string, NamedTensor>([
      ...prefixed('parameter/', parameters),
      ...prefixed('statistic/', statistics),
      ...prefixed('slot/', slots),
    ]);
    const written = await this.#write(`step-${position.step}.safetensors`, all);
    if (best !== null && this.#best?.best !== best) {
      const file = `best-${best.record.epoch}.safetensors`;
      this.#best = { best, ...(await this.#write(file, best.weights)) };
    }
    const state: StoredState = {
      format: FORMAT,
      ...position,
      history: [...position.history],
      statisticsUpdates,
      best:
        best === null || this.#best === null
          ? null
          : {
              record: best.record,
              confusion: best.confusion.map((row) => [...row]),
              file: this.#best.file,
              sha256: this.#best.sha256,
            },
      ...written,
    };
    const text = `${JSON.stringify(state, null, 2)}\n`;
    await writeWhole(join(this.#folder, STATE_FILE), Buffer.from(text));
    await this.#removeAllBut(new Set([state.file, state.best?.file]));
  }

  /**
   * The last checkpoint; null where there is none yet.
   *
   * @throws CroplineError `CHECKPOINT_INVALID` when it is damaged
   */
  async load(): Promise<Checkpoint | null> {
    const text = await readFile(join(this.#folder, STATE_FILE), 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw this.#damaged(describeCause(error));
    });
    if (text === null) return null;
    const { file, sha256, statisticsUpdates, best, ...position } = this.#parse(text);
    const tensors = await this.#read(file, sha256);
    return {
      position,
      parameters: unprefixed('parameter/', tensors),
      statistics: unprefixed('statistic/', tensors),
      statisticsUpdates,
      slots: unprefixed('slot/', tensors),
      best: best === null ? null : await this.#readBest(best),
    };
  }

  async #readBest(stored: NonNullable<StoredState['best']>): Promise<BestEpoch> {
    const { record, confusion, file, sha256 } = stored;
    const best = { record, confusion, weights: await this.#read(file, sha256) };
    this.#best = { best, file, sha256 };
    return best;
  }

  #parse(text: string): StoredState {
    try {
      return stateSchema.parse(JSON.parse(text));
    } catch {
      throw this.#damaged(`${STATE_FILE} is not what was written`);
    }
  }

  async #write(file: string, tensors: NamedTensors): Promise<{ file: string; sha256: string }> {
    const bytes = writeSafetensors(tensors, {});
    await writeWhole(join(this.#folder, file), bytes);
    return { file, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  async #read(file: string, sha256: string): Promise<NamedTensors> {
    // The name is the state's, which anyone may have written.
    if (!/^[a-z]+-\d+\.safetensors$/.test(file))
      throw this.#damaged(`${file} is no name of a file`);
    const path = join(this.#folder, file);
    try {
      const digest = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      if (digest !== sha256) throw new Error(`${file} is not what was written`);
      return await readWeightsFile(path);
    } catch (error) {
      throw this.#damaged(describeCause(error));
    }
  }

  async #removeAllBut(kept: ReadonlySet<string | undefined>): Promise<void> {
    const ours = /^(step|best)-\d+\.safetensors(\.\d+\.partial)?$/;
    for (const name of await readdir(this.#folder)) {
      if (ours.test(name) && !kept.has(name)) await rm(join(this.#folder, name), { force: true });
    }
  }

  #damaged(reason: string): CroplineError {
    return new CroplineError(
      'CHECKPOINT_INVALID',
      `Expected a checkpoint in ${this.#folder} but it cannot be read (${reason}): begin anew with another --out`,
    );
  }
}

const prefixed = (prefix: string, tensors: NamedTensors): [string, NamedTensor][] =>
  [...tensors].map(([name, tensor]) => [prefix + name, tensor]);

const unprefixed = (prefix: string, tensors: NamedTensors): NamedTensors =>
  new Map(
    [...tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );

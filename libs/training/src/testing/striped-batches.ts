import type { BatchSource } from '../data/batch-source.js';
import type { LabelledBatch } from '../data/labelled-batch.js';
import { randomOf, type Random } from '../data/seeded-random.js';

const LABELS = ['red', 'green', 'blue'] as const;
const BATCH = 6;

/** What a spec may want otherwise. */
export interface StripedOptions {
  readonly inputSize: number;
  readonly stepsPerEpoch: number;
  /** Called before each batch that is trained on, with its place in the epoch from 0. */
  readonly beforeBatch?: (epoch: number, step: number) => void;
}

/** Pictures made as they are asked for: noise, in which one of three colours is brighter. It is the class. */
export function stripedBatches(options: StripedOptions): BatchSource {
  const { inputSize, stepsPerEpoch, beforeBatch } = options;
  return {
    labels: LABELS,
    inputSize,
    stepsPerEpoch,
    async *train(epoch, fromStep = 0) {
      for (let step = fromStep; step < stepsPerEpoch; step += 1) {
        beforeBatch?.(epoch, step);
        yield await Promise.resolve(stripedBatch(inputSize, BATCH, `${epoch}/${step}`));
      }
    },
    async *validation() {
      yield await Promise.resolve(stripedBatch(inputSize, BATCH, 'validation'));
      yield await Promise.resolve(stripedBatch(inputSize, 3, 'the rest'));
    },
  };
}

/** A batch of such pictures, the same for the same name, the classes in turn. */
export function stripedBatch(size: number, count: number, name: string): LabelledBatch {
  const random = randomOf('striped', name);
  const labels = Int32Array.from({ length: count }, (_, at) => at % LABELS.length);
  const pixels = new Uint8Array(count * size * size * 3);
  for (const [at, label] of labels.entries()) {
    fill(pixels.subarray(at * size * size * 3, (at + 1) * size * size * 3), label, random);
  }
  return { pixels, labels, count };
}

function fill(picture: Uint8Array, label: number, random: Random): void {
  for (let at = 0; at < picture.length; at += 1) {
    picture[at] = 170 * random() + (at % 3 === label ? 85 : 0);
  }
}

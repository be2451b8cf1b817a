import { availableParallelism } from 'node:os';
import {
  averageScores,
  createOnnxBackend,
  type InferenceBackend,
  type ResolvedModel,
} from '@cropline/model';
import { CALIBRATION_CROPS } from './calibrate-model.js';
import { cutImage, type CutImage } from './cut-image.js';
import { readImages, type CalibrationImages } from './read-images.js';

/** Below the least score that a float holds: the logarithm of none at all would be infinite. */
const LEAST_SCORE = 1e-45;

/** Two models of the same classes, and the images to compare them on. */
export interface CompareOptions {
  readonly reference: Pick<ResolvedModel, 'info' | 'graphPath'>;
  readonly candidate: Pick<ResolvedModel, 'graphPath'>;
  readonly images: CalibrationImages;
  readonly maxPixels: number;
  /** Told after every image. */
  readonly onImage?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** How near one model's answers are to another's. */
export interface Comparison {
  /** How many images were compared. */
  readonly images: number;
  /** Of how many of them both put the same class first. */
  readonly sameTop1: number;
  /** Kullback-Leibler divergence of the candidate's scores from the reference's, in nats; the mean of the images. */
  readonly meanKlDivergence: number;
}

/**
 * Compares what two graphs make of the same crops, on the CPU. Images that cannot be read are left out.
 *
 * @throws CroplineError `BACKEND_FAILED`; the signal's reason
 */
export async function compareModels(options: CompareOptions): Promise<Comparison> {
  const { reference, candidate, images, maxPixels, onImage, signal } = options;
  const { info } = reference;
  const { classes, inputSize } = info;
  const session = { device: 'cpu', inputSize, classes, threads: availableParallelism() } as const;
  const [first, second] = [
    createOnnxBackend({ ...session, graphPath: reference.graphPath }),
    createOnnxBackend({ ...session, graphPath: candidate.graphPath }),
  ];
  const score = async (backend: InferenceBackend, { batch, weights }: CutImage) =>
    averageScores(await backend.run(batch), weights, classes);
  let [done, same, divergence] = [0, 0, 0];
  try {
    await first.load();
    await second.load();
    const prepare = (bytes: Buffer) => cutImage(bytes, CALIBRATION_CROPS, info, maxPixels);
    for await (const image of readImages(images, prepare, signal)) {
      if ('fault' in image) continue;
      const expected = await score(first, image.value);
      const came = await score(second, image.value);
      done += 1;
      if (best(expected) === best(came)) same += 1;
      divergence += klDivergence(expected, came);
      onImage?.(done);
    }
  } finally {
    await first.dispose();
    await second.dispose();
  }
  return { images: done, sameTop1: same, meanKlDivergence: divergence / done };
}

/** Σ p · ln(p / q), in nats (Kullback and Leibler 1951). */
export function klDivergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < p.length; at += 1) {
    const share = p[at] ?? 0;
    if (share > 0) sum += share * Math.log(share / Math.max(q[at] ?? 0, LEAST_SCORE));
  }
  return Math.max(0, sum);
}

function best(scores: ArrayLike<number>): number {
  let top = 0;
  for (let at = 1; at < scores.length; at += 1) {
    if ((scores[at] ?? 0) > (scores[top] ?? 0)) top = at;
  }
  return top;
}

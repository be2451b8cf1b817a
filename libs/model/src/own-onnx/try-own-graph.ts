import { CroplineError } from '@cropline/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { firstLine } from '../backends/first-line.js';
import { fixedBatch } from '../backends/run-session.js';
import { unsupported } from './own-onnx-outline.js';
import { mismatch, type OwnOnnxSpec } from './own-onnx-spec.js';

const COLOURS = 3;
/** How far scores may be from what they should be; 16-bit floats are that coarse. */
const TOLERANCE = 0.01;

/**
 * Runs a graph that `emitOwnGraph` made on made-up pictures, since what a model says of itself need not be
 * so, and much of it need not be said: that it runs, gives a score a class, and scores each picture by itself.
 *
 * @param path names the model's file in messages
 * @throws CroplineError `MODEL_SPEC_INVALID` naming the field that is wrong, `MODEL_UNSUPPORTED` for what the runtime refuses
 */
export async function tryOwnGraph(
  graph: Uint8Array,
  spec: OwnOnnxSpec,
  path: string,
): Promise<void> {
  const session = await load(graph, spec, path);
  try {
    const fixed = fixedBatch(session);
    const count = fixed ?? 2;
    const beside = await scoresOf(session, count, spec, path);
    for (let row = 0; row < count; row += 1) checkScores(rowOf(beside, row, spec), spec, path);
    // The same picture first, and others beside it, or none.
    const again = await scoresOf(session, fixed ?? 1, spec, path, true);
    const change = farthest(rowOf(beside, 0, spec), rowOf(again, 0, spec));
    if (change > TOLERANCE) {
      throw unsupported(
        path,
        'score a picture by itself but its scores depend on those beside it',
        'export it for inference, not for training',
      );
    }
  } finally {
    await session.release();
  }
}

async function load(graph: Uint8Array, spec: OwnOnnxSpec, path: string): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(graph, {
      executionProviders: ['cpu'],
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw refused(path, spec, cause);
  }
}

/** @param alike whether all pictures are the first one */
async function scoresOf(
  session: InferenceSession,
  count: number,
  spec: OwnOnnxSpec,
  path: string,
  alike = false,
): Promise<Float32Array> {
  const [pixels = '', mirrored = ''] = session.inputNames;
  const [scores = ''] = session.outputNames;
  const { classes, input } = spec;
  const { size } = input;
  const bytes = size * size * COLOURS;
  // From dark to light, with some noise; every second one the other way.
  const values = Uint8Array.from({ length: count * bytes }, (_, at) => {
    const light = (224 * (at % bytes)) / bytes + ((at * 7919) % 31);
    return Math.floor(at / bytes) % 2 === 0 || alike ? light : 255 - light;
  });
  let tensor: Tensor | undefined;
  try {
    const feeds = {
      [pixels]: new Tensor('uint8', values, [count, size, size, COLOURS]),
      [mirrored]: new Tensor('uint8', new Uint8Array(count), [count]),
    };
    tensor = (await session.run(feeds))[scores];
  } catch (cause) {
    throw refused(path, spec, cause);
  }
  const [rows, columns] = tensor?.dims ?? [];
  if (rows !== count) {
    throw unsupported(
      path,
      `give a row of scores a picture but it gave ${rows ?? 'none'} for ${count}`,
      'export it with the number of pictures as its output’s first size',
    );
  }
  if (columns !== classes) {
    throw mismatch(
      path,
      'labels',
      `the model tells ${columns ?? 'no'} classes apart but ${classes} are named`,
    );
  }
  return tensor?.data as Float32Array;
}

function checkScores(scores: Float32Array, { output }: OwnOnnxSpec, path: string): void {
  if (!scores.every((score) => Number.isFinite(score))) {
    throw mismatch(
      path,
      'input',
      'of pictures prepared like that the model makes what is no number',
    );
  }
  const sum = scores.reduce((total, score) => total + score, 0);
  const within = scores.every((score) => score >= -TOLERANCE && score <= 1 + TOLERANCE);
  if (within && Math.abs(sum - 1) <= TOLERANCE) return;
  throw mismatch(
    path,
    'network.output',
    `what the model gives as ${output} are not numbers from 0 to 1 that sum to 1 (they sum to ${sum.toPrecision(4)}); write "logits" where they come before a softmax`,
  );
}

const rowOf = (scores: Float32Array, row: number, { classes }: OwnOnnxSpec): Float32Array =>
  scores.subarray(row * classes, (row + 1) * classes);

function farthest(one: Float32Array, other: Float32Array): number {
  return one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0);
}

function refused(
  path: string,
  { input: { size }, layout }: OwnOnnxSpec,
  cause: unknown,
): CroplineError {
  return new CroplineError(
    'MODEL_UNSUPPORTED',
    `Expected ${path} to run in ONNX Runtime on pictures of ${size} × ${size} pixels (${layout}) but it failed (${firstLine(cause)}): correct its model.json, or export it anew`,
    { cause },
  );
}

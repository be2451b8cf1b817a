import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { partOfBatch, type SizedBatch } from './part-of-batch.js';

const CHANNELS = 3;

/**
 * Runs a batch in a session: at once, or in parts where its graph takes a fixed number of pictures.
 *
 * @param scores where they are to be written: count × classes
 * @throws what ONNX Runtime throws
 */
export async function runSession(
  session: InferenceSession,
  batch: SizedBatch,
  scores: Float32Array<ArrayBuffer>,
): Promise<void> {
  const each = fixedBatch(session);
  if (each === null) return runOnce(session, batch, scores);
  const classes = scores.length / batch.count;
  const made = new Float32Array(each * classes);
  for (let from = 0; from < batch.count; from += each) {
    await runOnce(session, filledPart(batch, from, each), made);
    const asked = Math.min(each, batch.count - from);
    scores.set(made.subarray(0, asked * classes), from * classes);
  }
}

/** How many pictures a session takes, no more and no fewer; null for any number. */
export function fixedBatch({
  inputMetadata: [pixels],
}: Pick<InferenceSession, 'inputMetadata'>): number | null {
  const first = pixels?.isTensor === true ? pixels.shape[0] : null;
  return typeof first === 'number' ? first : null;
}

/** Names go by their place: somebody's own model may have ours for other values. */
async function runOnce(
  session: InferenceSession,
  { pixels, mirrored, count, size: { width, height } }: SizedBatch,
  scores: Float32Array<ArrayBuffer>,
): Promise<void> {
  const [pixelInput = '', flagInput = ''] = session.inputNames;
  const [output = ''] = session.outputNames;
  await session.run(
    {
      [pixelInput]: new Tensor('uint8', pixels, [count, height, width, CHANNELS]),
      [flagInput]: new Tensor('uint8', mirrored, [count]),
    },
    { [output]: new Tensor('float32', scores, [count, scores.length / count]) },
  );
}

/** So many pictures of a batch from one on, filled up with black ones where it ends. */
function filledPart(batch: SizedBatch, from: number, each: number): SizedBatch {
  const part = partOfBatch(batch, from, each);
  if (part.count === each) return part;
  const pixels = new Uint8Array((each * part.pixels.length) / part.count);
  const mirrored = new Uint8Array(each);
  pixels.set(part.pixels);
  mirrored.set(part.mirrored);
  return { pixels, mirrored, count: each, size: part.size };
}

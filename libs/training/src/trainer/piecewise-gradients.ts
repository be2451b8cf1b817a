import type { Architecture } from '@cropline/model';
import type { LabelledBatch } from '../data/labelled-batch.js';
import { pixelTensor } from '../net/batch-tensors.js';
import type { BatchGradients, TrainableNet } from '../net/trainable-net.js';
import { combineShares, disposeOf } from './combine-shares.js';
import { splitBatch } from './split-batch.js';

/**
 * Pixels whose values in all layers of a full net WebAssembly holds at once for the way back: it has 4 GiB, and an
 * image of 224 × 224 takes 170 MB of them, more with batch normalization.
 */
const PIXELS_AT_ONCE = 10 * 224 * 224;

/** What a piece of a batch can be. */
export interface Pieces {
  /** Width and height of its images. */
  readonly size: number;
  /** How many it has at most. */
  readonly most: number;
}

/** The pieces that a thread can take at once. */
export function piecesOf({ input: { size }, width }: Architecture): Pieces {
  return { size, most: Math.max(1, Math.floor(PIXELS_AT_ONCE / (size ** 2 * width))) };
}

/**
 * The gradients of a batch's loss, as `TrainableNet.gradients` gives them, computed in as many pieces as memory
 * makes necessary. Batch normalization goes over each piece by itself.
 */
export function piecewiseGradients(
  net: TrainableNet,
  batch: LabelledBatch,
  { size, most }: Pieces,
  draw: readonly (string | number)[],
): BatchGradients {
  const pieces = splitBatch(batch, Math.ceil(batch.count / most));
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return ofPiece(net, only, size, draw);
  const shares = pieces.map((piece, at) => ({
    weight: piece.count / batch.count,
    made: ofPiece(net, piece, size, [...draw, `piece ${at}`]),
  }));
  try {
    return combineShares(shares);
  } finally {
    for (const { made } of shares) disposeOf(made);
  }
}

function ofPiece(
  net: TrainableNet,
  piece: LabelledBatch,
  size: number,
  draw: readonly (string | number)[],
): BatchGradients {
  const pixels = pixelTensor(piece, size);
  try {
    return net.gradients(pixels, piece.labels, draw);
  } finally {
    pixels.dispose();
  }
}

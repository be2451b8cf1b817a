import { CroplineError } from '@cropline/contracts';
import type { ModelFile } from '../model-folder/model-file.js';

/** How somebody's ONNX model wants its pictures, and what it gives for them. */
export interface OwnOnnxSpec {
  readonly layout: 'NCHW' | 'NHWC';
  readonly output: 'logits' | 'scores';
  readonly input: ModelFile['input'];
  readonly classes: number;
}

/** What a `model.json` says of an ONNX model of one's own; null for a net of the description. */
export function ownOnnxSpec({ network, input, labels }: ModelFile): OwnOnnxSpec | null {
  if (network.kind !== 'onnx') return null;
  const { layout, output } = network;
  return { layout, output, input, classes: labels.length };
}

/** A field of a `model.json` that is not as its model, the file at `path`, wants it. */
export function mismatch(path: string, field: string, fault: string): CroplineError {
  return new CroplineError(
    'MODEL_SPEC_INVALID',
    `Expected the model.json beside ${path} to suit it but ${field} does not: ${fault}`,
  );
}

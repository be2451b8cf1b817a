import type { NamedTensor } from './named-tensors.js';

/** Batch normalization as training leaves it; each tensor has a value an output channel. */
export interface BatchNormalization {
  readonly gamma: NamedTensor;
  readonly beta: NamedTensor;
  /** The running averages. */
  readonly mean: NamedTensor;
  readonly variance: NamedTensor;
  /** Added to the variance. */
  readonly epsilon: number;
}

/**
 * A convolution without bias, and the batch normalization after it, as one convolution:
 * γ · (Wx − mean) / √(variance + ε) + β = (γ/√(variance + ε) · W)x + (β − mean · γ/√(variance + ε))
 * (Ioffe and Szegedy 2015, arXiv 1502.03167, algorithm 2). Computed in float64, rounded once.
 *
 * @param filters [out, in, height, width]
 * @throws RangeError when there is not one value an output channel
 */
export function foldBatchNormalization(
  filters: NamedTensor,
  { gamma, beta, mean, variance, epsilon }: BatchNormalization,
): { readonly filters: NamedTensor; readonly bias: NamedTensor } {
  const { shape, data } = filters;
  const [outputs = 0] = shape;
  for (const { data: values } of [gamma, beta, mean, variance]) {
    if (values.length === outputs) continue;
    throw new RangeError(
      `Expected batch normalization of ${outputs} channels but received values of ${values.length}`,
    );
  }
  const size = data.length / outputs;
  const folded = new Float32Array(data.length);
  const bias = new Float32Array(outputs);
  for (let output = 0; output < outputs; output += 1) {
    const scale = valueOf(gamma, output) / Math.sqrt(valueOf(variance, output) + epsilon);
    for (let at = output * size; at < (output + 1) * size; at += 1) {
      folded[at] = (data[at] ?? 0) * scale;
    }
    bias[output] = valueOf(beta, output) - valueOf(mean, output) * scale;
  }
  return { filters: { shape, data: folded }, bias: { shape: [outputs], data: bias } };
}

function valueOf({ data }: NamedTensor, at: number): number {
  return data[at] ?? Number.NaN;
}

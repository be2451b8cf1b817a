import { biasName, weightName, type NamedTensor, type NamedTensors } from '@cropline/model';
import { betaName, gammaName } from './initial-parameters.js';

/** The names of what batch normalization normalizes a convolution's sums by. */
export const meanName = (layer: string): string => `${layer}_mean`;
export const varianceName = (layer: string): string => `${layer}_variance`;

/**
 * The weights of inference from those of training: γ (x − mean) / √(variance + ε) + β, which comes after a
 * convolution, becomes part of its filters and its bias.
 *
 * @param parameters of the net, with a gamma and a beta for each of the layers
 * @param statistics a mean and a variance for each of the layers
 * @param layers names of the convolutions that are normalized
 */
export function foldBatchNormalization(
  parameters: NamedTensors,
  statistics: NamedTensors,
  layers: readonly string[],
  epsilon: number,
): Map<string, NamedTensor> {
  const folded = new Map(parameters);
  const values = (tensors: NamedTensors, name: string): Float32Array => {
    const found = tensors.get(name);
    if (found === undefined) throw new Error(`No tensor ${name}`);
    return found.data;
  };
  for (const layer of layers) {
    const filters = parameters.get(weightName(layer));
    if (filters === undefined) throw new Error(`No filters of ${layer}`);
    const [gamma, beta] = [
      values(parameters, gammaName(layer)),
      values(parameters, betaName(layer)),
    ];
    const mean = values(statistics, meanName(layer));
    const variance = values(statistics, varianceName(layer));
    const factors = gamma.map((value, at) => value / Math.sqrt((variance[at] ?? 0) + epsilon));
    const each = filters.data.length / factors.length;
    folded.set(weightName(layer), {
      shape: filters.shape,
      data: filters.data.map((value, at) => value * (factors[Math.floor(at / each)] ?? 0)),
    });
    folded.set(biasName(layer), {
      shape: [factors.length],
      data: factors.map((factor, at) => (beta[at] ?? 0) - (mean[at] ?? 0) * factor),
    });
    folded.delete(gammaName(layer));
    folded.delete(betaName(layer));
  }
  return folded;
}

import {
  biasName,
  foldBatchNormalization as foldLayer,
  weightName,
  type NamedTensor,
  type NamedTensors,
} from '@cropline/model';
import { betaName, gammaName } from './initial-parameters.js';

/** The names of what batch normalization normalizes a convolution's sums by. */
export const meanName = (layer: string): string => `${layer}_mean`;
export const varianceName = (layer: string): string => `${layer}_variance`;

/** The layers that there are statistics of. */
export function normalizedLayers(statistics: ReadonlyMap<string, unknown>): string[] {
  const ending = meanName('');
  return [...statistics.keys()]
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length));
}

/**
 * The weights of inference from those of training: batch normalization, which comes after a convolution, becomes
 * part of its filters and its bias.
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
  for (const layer of layers) {
    const { filters, bias } = foldLayer(tensorOf(parameters, weightName(layer)), {
      gamma: tensorOf(parameters, gammaName(layer)),
      beta: tensorOf(parameters, betaName(layer)),
      mean: tensorOf(statistics, meanName(layer)),
      variance: tensorOf(statistics, varianceName(layer)),
      epsilon,
    });
    folded.set(weightName(layer), filters).set(biasName(layer), bias);
    folded.delete(gammaName(layer));
    folded.delete(betaName(layer));
  }
  return folded;
}

function tensorOf(tensors: NamedTensors, name: string): NamedTensor {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`No tensor ${name}`);
  return found;
}

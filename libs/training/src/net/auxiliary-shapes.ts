import {
  biasName,
  channelsAfter,
  sizeAfter,
  weightName,
  type Architecture,
  type AuxiliaryClassifier,
} from '@cropline/model';

/** The average pool that an auxiliary classifier begins with, for the input that the net has. */
export interface AuxiliaryPool {
  readonly kernel: number;
  readonly stride: number;
  /** Rows and columns that it leaves. */
  readonly outputs: number;
}

/** Small inputs leave maps that are smaller than the paper's window of 5 × 5; it is then the whole map. */
export function auxiliaryPool(
  architecture: Architecture,
  { after, pool }: AuxiliaryClassifier,
): AuxiliaryPool {
  const { size } = shapeAfter(architecture, after);
  const kernel = Math.min(pool.kernel, size);
  return { kernel, stride: pool.stride, outputs: Math.floor((size - kernel) / pool.stride) + 1 };
}

/** Every tensor of the auxiliary classifiers by its name, as `weightShapes` has those of the net. */
export function auxiliaryShapes(
  architecture: Architecture,
): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const auxiliary of architecture.auxiliaries) {
    const { after, convolution, hidden, classifier } = auxiliary;
    const { channels } = shapeAfter(architecture, after);
    const { outputs } = auxiliaryPool(architecture, auxiliary);
    shapes
      .set(weightName(convolution.name), [convolution.outputs, channels, 1, 1])
      .set(biasName(convolution.name), [convolution.outputs])
      .set(weightName(hidden.name), [hidden.outputs, outputs * outputs * convolution.outputs])
      .set(biasName(hidden.name), [hidden.outputs])
      .set(weightName(classifier.name), [classifier.outputs, hidden.outputs])
      .set(biasName(classifier.name), [classifier.outputs]);
  }
  return shapes;
}

/** Rows, columns and channels that a layer makes of the net's input. */
function shapeAfter(
  { input, layers }: Architecture,
  layerName: string,
): { size: number; channels: number } {
  let size = input.size;
  let channels = input.channels.length;
  for (const layer of layers) {
    size = sizeAfter(layer, size);
    channels = channelsAfter(layer, channels);
    if (layer.name === layerName) return { size, channels };
  }
  throw new Error(`No layer ${layerName}`);
}

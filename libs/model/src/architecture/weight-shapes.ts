import type { Architecture, Layer } from './architecture.js';

/** The name of a layer's filters or matrix, as the ONNX Model Zoo has it. */
export const weightName = (layer: string): string => `${layer}_w_0`;

/** The name of a layer's bias, as the ONNX Model Zoo has it. */
export const biasName = (layer: string): string => `${layer}_b_0`;

/**
 * Every tensor that inference needs, by its name, in the order of the layers: filters as [out, in,
 * height, width], the classifier's matrix as [classes, features], biases as [out]. The auxiliary
 * classifiers have none here: they serve training only.
 */
export function weightShapes(architecture: Architecture): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  let channels = architecture.input.channels.length;
  for (const layer of architecture.layers) {
    addShapes(shapes, layer, channels);
    channels = channelsAfter(layer, channels);
  }
  const { name, outputs } = architecture.classifier;
  shapes.set(weightName(name), [outputs, channels]).set(biasName(name), [outputs]);
  return shapes;
}

/** How many channels a layer makes of so many. */
export function channelsAfter(layer: Layer, channels: number): number {
  switch (layer.kind) {
    case 'max-pool':
    case 'response-normalization':
      return channels;
    case 'convolution':
      return layer.outputs;
    case 'inception':
      return layer.branches
        .map((branch) => branch.reduce((made, step) => channelsAfter(step, made), channels))
        .reduce((sum, made) => sum + made, 0);
  }
}

/** Adds the shapes of a layer that reads so many channels. */
function addShapes(shapes: Map<string, readonly number[]>, layer: Layer, channels: number): void {
  if (layer.kind === 'convolution') {
    const { name, outputs, kernel } = layer;
    shapes.set(weightName(name), [outputs, channels, kernel, kernel]);
    shapes.set(biasName(name), [outputs]);
  } else if (layer.kind === 'inception') {
    for (const branch of layer.branches) {
      let made = channels;
      for (const step of branch) {
        addShapes(shapes, step, made);
        made = channelsAfter(step, made);
      }
    }
  }
}

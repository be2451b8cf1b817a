import type { Architecture } from '../architecture/architecture.js';
import { googlenet } from '../architecture/googlenet.js';
import type { ModelFile } from './model-file.js';

const COLOURS = { R: 'red', G: 'green', B: 'blue' } as const;
type Letter = keyof typeof COLOURS;
type Colour = (typeof COLOURS)[Letter];

/** The colours of `RGB` or `BGR`, in that order. */
export function coloursOf(channels: ModelFile['input']['channels']): readonly Colour[] {
  return Array.from(channels, (letter) => COLOURS[letter as Letter]);
}

/** The net that a `model.json` describes; null for an ONNX model of one's own. */
export function architectureOf({
  network,
  input,
  labels,
}: Pick<ModelFile, 'network' | 'input' | 'labels'>): Architecture | null {
  if (network.kind !== 'googlenet') return null;
  const { variant, width } = network;
  const { size, channels, mean, scale } = input;
  const net = googlenet({ variant, width, classes: labels.length, inputSize: size });
  return { ...net, input: { size, channels: coloursOf(channels), mean, scale } };
}

/** What a `model.json` says of a net: the inverse of `architectureOf`, given its labels. */
export function describeArchitecture({
  variant,
  width,
  input,
}: Architecture): Pick<ModelFile, 'network' | 'input'> {
  const [m0 = 0, m1 = 0, m2 = 0] = input.mean;
  const [s0 = 1, s1 = 1, s2 = 1] = input.scale;
  return {
    network: { kind: 'googlenet', variant, width },
    input: {
      size: input.size,
      channels: input.channels[0] === 'red' ? 'RGB' : 'BGR',
      mean: [m0, m1, m2],
      scale: [s0, s1, s2],
    },
  };
}

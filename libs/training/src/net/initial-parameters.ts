import { CroplineError } from '@cropline/contracts';
import {
  biasName,
  weightName,
  weightShapes,
  type Architecture,
  type NamedTensor,
  type NamedTensors,
} from '@cropline/model';
import { randomOf } from '../data/seeded-random.js';
import { auxiliaryShapes } from './auxiliary-shapes.js';

/** The names of what batch normalization learns for a convolution. */
export const gammaName = (layer: string): string => `${layer}_gamma`;
export const betaName = (layer: string): string => `${layer}_beta`;

/** How much smaller classifiers begin. */
const CLASSIFIER_FACTOR = 0.1;

/** Which parameters a net is to have, and where they begin. */
export interface InitialOptions {
  readonly architecture: Architecture;
  /** What is known already; null for nothing. */
  readonly initial: NamedTensors | null;
  readonly batchNormalization: boolean;
  readonly auxiliaries: boolean;
  readonly seed: number;
}

/**
 * The parameters that a training begins with, shapes as in weights files: those of `initial` where they fit
 * (a classifier of another number of classes does not, and auxiliary ones are in no file), else random ones.
 *
 * Filters are normal with the variance 2 / inputs (He et al. 2015, arXiv 1502.01852, section 2.2), so that
 * signals neither die nor explode on their way; classifiers begin smaller, so that no class is preferred; biases
 * are 0. With batch normalization a scale (1) and a shift (0) take the place of a convolution's bias.
 */
export function initialParameters(options: InitialOptions): NamedTensors {
  const { architecture, initial, batchNormalization, auxiliaries, seed } = options;
  const classifiers = [
    architecture.classifier,
    ...architecture.auxiliaries.map((a) => a.classifier),
  ];
  const classifierNames = new Set(classifiers.map(({ name }) => weightName(name)));
  const convolutions = convolutionNames(architecture, auxiliaries);
  const shapes = new Map(weightShapes(architecture));
  const needed = new Set(shapes.keys());
  needed.delete(weightName(architecture.classifier.name));
  needed.delete(biasName(architecture.classifier.name));
  if (auxiliaries)
    for (const [name, shape] of auxiliaryShapes(architecture)) shapes.set(name, shape);
  const parameters = new Map<string, NamedTensor>();
  for (const [name, shape] of shapes) {
    const known = initial?.get(name);
    const fits = known?.shape.join() === shape.join();
    if (initial !== null && needed.has(name) && !fits) {
      const found = known === undefined ? 'it is missing' : `it has [${known.shape.join(', ')}]`;
      throw new CroplineError(
        'MODEL_TENSOR_INVALID',
        `Expected ${name} of the weights to start from to have the shape [${shape.join(', ')}] but ${found}: start from weights of the same net`,
      );
    }
    const factor = classifierNames.has(name) ? CLASSIFIER_FACTOR : 1;
    parameters.set(name, fits ? known : randomTensor(name, shape, factor, seed));
  }
  if (batchNormalization) {
    for (const layer of convolutions) {
      const bias = parameters.get(biasName(layer));
      if (bias === undefined) throw new Error(`No bias of ${layer}`);
      parameters.delete(biasName(layer));
      parameters.set(gammaName(layer), { shape: bias.shape, data: bias.data.slice().fill(1) });
      parameters.set(betaName(layer), { shape: bias.shape, data: bias.data.slice() });
    }
  }
  return parameters;
}

/** Every convolution of a net, by its name; those of the auxiliary classifiers too where it has them. */
export function convolutionNames(architecture: Architecture, auxiliaries: boolean): string[] {
  const names = architecture.layers.flatMap((layer) => {
    if (layer.kind === 'convolution') return [layer.name];
    if (layer.kind !== 'inception') return [];
    return layer.branches
      .flat()
      .flatMap((step) => (step.kind === 'convolution' ? [step.name] : []));
  });
  const extra = auxiliaries
    ? architecture.auxiliaries.map(({ convolution }) => convolution.name)
    : [];
  return [...names, ...extra];
}

/** The same for the same seed and name. */
function randomTensor(
  name: string,
  shape: readonly number[],
  factor: number,
  seed: number,
): NamedTensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const [, ...inputs] = shape;
  if (inputs.length === 0) return { shape, data };
  const deviation = factor * Math.sqrt(2 / inputs.reduce((product, size) => product * size, 1));
  const random = randomOf('parameter', seed, name);
  // Two normal numbers at a time by the method of Box and Muller.
  for (let at = 0; at < data.length; at += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    data[at] = radius * Math.cos(angle);
    if (at + 1 < data.length) data[at + 1] = radius * Math.sin(angle);
  }
  return { shape, data };
}

import { CroplineError } from '@cropline/contracts';
import { googlenet } from '../architecture/googlenet.js';
import { biasName, weightName } from '../architecture/weight-shapes.js';
import { foldBatchNormalization } from './fold-batch-normalization.js';
import type { NamedTensor, NamedTensors } from './named-tensors.js';

/** The layers of torchvision's stem, and ours. */
const STEM: Readonly<Record<string, string>> = {
  conv1: 'conv1/7x7_s2',
  conv2: 'conv2/3x3_reduce',
  conv3: 'conv2/3x3',
};

/** The layers of its inception modules, and ours. */
const BRANCHES: Readonly<Record<string, string>> = {
  branch1: '1x1',
  'branch2.0': '3x3_reduce',
  'branch2.1': '3x3',
  'branch3.0': 'third_reduce',
  'branch3.1': 'third',
  'branch4.1': 'pool_proj',
};

const { layers, classifier, batchNormalization } = googlenet({ variant: 'torchvision' });

/** Every convolution, by torchvision's name. */
const CONVOLUTIONS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(STEM),
  ...layers
    .filter(({ kind }) => kind === 'inception')
    .flatMap(({ name }) =>
      Object.entries(BRANCHES).map(
        ([theirs, ours]) => [`${name.replace('_', '')}.${theirs}`, `${name}/${ours}`] as const,
      ),
    ),
]);

/** What inference has no use for: the auxiliary classifiers, and counters of training steps. */
const UNUSED = /^aux[12]\.|\.num_batches_tracked$/;

/** Whether tensors have the names of torchvision's GoogLeNet. */
export function isTorchvision(tensors: NamedTensors): boolean {
  return tensors.has('conv1.conv.weight') && tensors.has('inception3a.branch1.conv.weight');
}

/**
 * The weights of the variant `torchvision` from the state_dict of torchvision's GoogLeNet
 * (https://github.com/pytorch/vision/blob/main/torchvision/models/googlenet.py): under our names, batch
 * normalization folded into filters and biases, the auxiliary classifiers left out. Whether the shapes are a
 * net's is for `checkWeights` to say.
 *
 * @throws CroplineError `MODEL_TENSOR_INVALID` naming a tensor that is missing, does not belong, or does not
 *   fit the filters that it is folded into
 */
export function importTorchvision(tensors: NamedTensors): NamedTensors {
  const left = new Set([...tensors.keys()].filter((name) => !UNUSED.test(name)));
  const take = (name: string): NamedTensor => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw invalid(`${name} is missing`);
    left.delete(name);
    return tensor;
  };
  const weights = new Map<string, NamedTensor>();
  for (const [theirs, ours] of CONVOLUTIONS) {
    const { filters, bias } = foldLayer(theirs, take);
    weights.set(weightName(ours), filters).set(biasName(ours), bias);
  }
  weights.set(weightName(classifier.name), take('fc.weight'));
  weights.set(biasName(classifier.name), take('fc.bias'));
  const [unknown] = left;
  if (unknown !== undefined) throw invalid(`${unknown} is none of them`);
  return weights;
}

function foldLayer(
  layer: string,
  take: (name: string) => NamedTensor,
): ReturnType<typeof foldBatchNormalization> {
  const filters = take(`${layer}.conv.weight`);
  const normalization = {
    gamma: take(`${layer}.bn.weight`),
    beta: take(`${layer}.bn.bias`),
    mean: take(`${layer}.bn.running_mean`),
    variance: take(`${layer}.bn.running_var`),
  };
  const [outputs = 0] = filters.shape;
  for (const { shape } of Object.values(normalization)) {
    if (shape.length === 1 && shape[0] === outputs) continue;
    throw invalid(`${layer}.bn has [${shape.join(', ')}] values for ${outputs} filters`);
  }
  return foldBatchNormalization(filters, {
    ...normalization,
    epsilon: batchNormalization?.epsilon ?? 0,
  });
}

function invalid(fault: string): CroplineError {
  return new CroplineError(
    'MODEL_TENSOR_INVALID',
    `Expected the tensors of torchvision's GoogLeNet but ${fault}: use the state_dict of torchvision.models.googlenet`,
  );
}

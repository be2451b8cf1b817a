import { CroplineError } from '@cropline/contracts';
import {
  googlenet,
  INPUT_SIZES,
  isInputSize,
  readWeightsFile,
  weightShapes,
  type Architecture,
  type NamedTensors,
  type ResizeSpec,
} from '@cropline/model';
import type { Invocation } from '../command/invocation.js';
import { usageError } from '../command/usage-error.js';
import { fetchModel } from '../models/fetch-model.js';
import type { TrainFlags } from './train-options.js';

const CLASSIFIER = googlenet({ variant: 'bvlc' }).classifier.name;
/** Resized to this much more than the net takes, as the paper's 224 of 256. */
const MARGIN = 256 / 224;

/** The net that is trained, and what it knows already. */
export interface StartingPoint {
  /** `scratch`, or the name of a model. */
  readonly from: string;
  readonly architecture: Architecture;
  readonly initial: NamedTensors | null;
  /** How images are brought to size. */
  readonly resize: ResizeSpec;
}

/**
 * Makes the net that is trained.
 *
 * @param labels the classes that it is to tell apart
 * @throws `USAGE_INVALID` for options that do not go together; `MODEL_*`, `MODEL_UNSUPPORTED` for a model
 *   that cannot be trained; the signal's reason
 */
export async function startingPoint(
  flags: TrainFlags,
  labels: readonly string[],
  invocation: Invocation,
  signal: AbortSignal,
): Promise<StartingPoint> {
  const { inputSize } = flags;
  if (inputSize !== undefined && !isInputSize(inputSize)) {
    throw usageError(`Expected ${INPUT_SIZES} for --input-size but received ${inputSize}.`);
  }
  const start =
    flags.from === 'scratch'
      ? fromScratch(flags, labels.length)
      : await fromModel(flags, labels, invocation, signal);
  requireLayers(flags.freeze, start.architecture);
  return start;
}

function fromScratch(flags: TrainFlags, classes: number): StartingPoint {
  const { inputSize = 224, width = 1, batchNorm, freeze } = flags;
  if (freeze.length > 0) {
    throw usageError(
      'Expected no --freeze with --from scratch, where no layer knows anything that is worth keeping. Leave it out.',
    );
  }
  const variant = batchNorm ? 'torchvision' : 'bvlc';
  return {
    from: 'scratch',
    architecture: googlenet({ variant, classes, inputSize, width }),
    initial: null,
    resize: { inputSize, resize: 'shorter-side', resizeTo: Math.round(inputSize * MARGIN) },
  };
}

async function fromModel(
  flags: TrainFlags,
  labels: readonly string[],
  invocation: Invocation,
  signal: AbortSignal,
): Promise<StartingPoint> {
  if (flags.width !== undefined) {
    throw usageError(
      'Expected no --width when starting from a model, which has a width. Leave it out, or use --from scratch.',
    );
  }
  const { info, weightsPath } = await fetchModel(flags.from, invocation, signal, 'fp32');
  const { variant, width, input } = trainable(info);
  const { inputSize = info.inputSize } = flags;
  const { mean, scale } = input;
  const resizeTo = Math.round((info.resizeTo * inputSize) / info.inputSize);
  return {
    from: info.name,
    architecture: googlenet({ variant, classes: labels.length, inputSize, width, mean, scale }),
    initial: knownOf(await readWeightsFile(weightsPath), info.labels, labels),
    resize: { inputSize, resize: info.resize, resizeTo },
  };
}

/** What a model knows that is of use: a classifier of other classes is not, even of as many. */
function knownOf(
  weights: NamedTensors,
  known: readonly string[],
  labels: readonly string[],
): NamedTensors {
  if (known.length === labels.length && known.every((label, at) => label === labels[at])) {
    return weights;
  }
  return new Map([...weights].filter(([name]) => !name.startsWith(CLASSIFIER)));
}

function trainable({
  name,
  architecture,
}: {
  readonly name: string;
  readonly architecture: Architecture | null;
}): Architecture {
  if (architecture !== null) return architecture;
  throw new CroplineError(
    'MODEL_UNSUPPORTED',
    `Expected a GoogLeNet to start from but ${name} is another net. Name another model with --from, or scratch.`,
  );
}

function requireLayers(freeze: readonly string[], architecture: Architecture): void {
  const names = [...weightShapes(architecture).keys()];
  const nameless = freeze.filter((start) => !names.some((name) => name.startsWith(start)));
  if (nameless.length > 0) {
    const modules = [...new Set(names.map((name) => name.replace(/(\/|_[wb]_0).*$/, '')))];
    throw usageError(
      `Expected the beginning of a layer's name for --freeze but no layer begins with ${nameless.join(' or ')}. There are ${modules.join(', ')}.`,
    );
  }
}

import { CroplineError } from '@cropline/contracts';
import type { Architecture } from '../architecture/architecture.js';
import { weightShapes } from '../architecture/weight-shapes.js';
import type { NamedTensor, NamedTensors } from './named-tensors.js';

// Once, not seven million times: a look-up of a global is slow in some hosts.
const { isFinite } = Number;

/** How many names a message lists before it only counts them. */
const LISTED = 3;

/**
 * Whether tensors are the weights of a net: every name there, no other, the right shapes, finite.
 *
 * @throws CroplineError `MODEL_TENSOR_INVALID` naming the first tensor that is not, what was expected of it
 *   and what came.
 */
export function checkWeights(tensors: NamedTensors, architecture: Architecture): void {
  const expected = weightShapes(architecture);
  const missing = [...expected.keys()].filter((name) => !tensors.has(name));
  const unknown = [...tensors.keys()].filter((name) => !expected.has(name));
  if (missing.length > 0 || unknown.length > 0) {
    const faults = [
      ...(missing.length > 0 ? [`misses ${list(missing)}`] : []),
      ...(unknown.length > 0 ? [`has ${list(unknown)} that the model does not`] : []),
    ];
    throw invalid(
      `Expected the ${expected.size} tensors of googlenet ${architecture.variant} but the file ${faults.join(' and ')}: use weights of this model, or say in a model.json beside them what they are of`,
    );
  }
  for (const [name, shape] of expected) {
    const tensor = tensors.get(name);
    if (tensor !== undefined) checkTensor(name, tensor, shape);
  }
}

function checkTensor(name: string, tensor: NamedTensor, shape: readonly number[]): void {
  if (tensor.shape.join() !== shape.join()) {
    throw invalid(
      `Expected tensor ${name} to have the shape [${shape.join(', ')}] but it has [${tensor.shape.join(', ')}]: use weights of this model`,
    );
  }
  const values = shape.reduce((product, size) => product * size, 1);
  if (tensor.data.length !== values) {
    throw invalid(
      `Expected tensor ${name} to have ${values} values but it has ${tensor.data.length}`,
    );
  }
  const at = tensor.data.findIndex((value) => !isFinite(value));
  if (at >= 0) {
    throw invalid(
      `Expected tensor ${name} to be finite but value ${at} is ${tensor.data[at] ?? ''}: fetch the file again, or train anew`,
    );
  }
}

function list(names: readonly string[]): string {
  const rest = names.length - LISTED;
  return names.slice(0, LISTED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function invalid(message: string): CroplineError {
  return new CroplineError('MODEL_TENSOR_INVALID', message);
}

import { ELEMENT_TYPE } from '../onnx/onnx-messages.js';
import { unsupported, type OutlinedValue, type OwnOnnxOutline } from './own-onnx-outline.js';
import { mismatch, type OwnOnnxSpec } from './own-onnx-spec.js';

const COLOURS = 3;
const FLOATS: readonly number[] = [ELEMENT_TYPE.float32, ELEMENT_TYPE.float16];

/** Which value is fed and which is read, once both are known to suit what `model.json` says. */
export interface OwnOnnxPorts {
  readonly input: OutlinedValue;
  readonly output: OutlinedValue;
  /** How many pictures it takes, no more and no fewer; null for any number. */
  readonly batch: number | null;
}

/**
 * Holds what a model says of its input and outputs against its `model.json`, as far as it says anything.
 *
 * @throws CroplineError `MODEL_SPEC_INVALID` naming the field that is wrong, `MODEL_UNSUPPORTED`
 */
export function checkOwnOnnx(
  { input, outputs }: OwnOnnxOutline,
  spec: OwnOnnxSpec,
  path: string,
): OwnOnnxPorts {
  checkInput(input, spec, path);
  const output = chooseOutput(outputs, spec, path);
  if (!FLOATS.includes(output.elementType)) {
    throw unsupported(
      path,
      `give float32 or float16 but its output ${output.name} is of another type`,
      'export it so that it gives logits or scores',
    );
  }
  return { input, output, batch: input.shape?.[0] ?? null };
}

function checkInput(
  { name, elementType, shape }: OutlinedValue,
  { layout, input }: OwnOnnxSpec,
  path: string,
): void {
  if (![...FLOATS, ELEMENT_TYPE.uint8].includes(elementType)) {
    throw unsupported(
      path,
      `take float32, float16 or uint8 but its input ${name} is of another type`,
      'export it so that it takes pictures',
    );
  }
  const untouched = input.mean.every((mean) => mean === 0) && input.scale.every((s) => s === 1);
  if (elementType === ELEMENT_TYPE.uint8 && !untouched) {
    throw mismatch(
      path,
      'input.mean or input.scale',
      `the model takes whole pixels; write [0, 0, 0] and [1, 1, 1]`,
    );
  }
  if (shape === null) return;
  const text = `[${shape.map((size) => size ?? '?').join(', ')}]`;
  if (shape.length !== 4) {
    throw unsupported(path, `take pictures, four sizes, but its input is ${text}`, 'use another');
  }
  const [channels, sides] =
    layout === 'NCHW' ? [shape[1], [shape[2], shape[3]]] : [shape[3], [shape[1], shape[2]]];
  if (channels !== null && channels !== COLOURS) {
    throw mismatch(
      path,
      'network.layout',
      `the model takes ${text}, where ${layout} has 3 colours`,
    );
  }
  if (sides.some((side) => side !== null && side !== input.size)) {
    throw mismatch(path, 'input.size', `the model takes ${text} but the size is ${input.size}`);
  }
}

/** The only output; or of several the only one that has a value a class. */
function chooseOutput(
  outputs: readonly OutlinedValue[],
  { classes }: OwnOnnxSpec,
  path: string,
): OutlinedValue {
  const [first] = outputs;
  if (first !== undefined && outputs.length === 1) {
    const found = valuesOf(first);
    if (found === null || found === classes) return first;
    throw mismatch(
      path,
      'labels',
      `the model tells ${found} classes apart but ${classes} are named`,
    );
  }
  const fitting = outputs.filter((output) => valuesOf(output) === classes);
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  throw unsupported(
    path,
    `have one output with ${classes} values but it has ${outputs.map(outputText).join(', ')}`,
    'export it with one output, or name as many labels as one of them has values',
  );
}

/** How many values a picture has; null where the file does not tell. */
function valuesOf({ shape }: OutlinedValue): number | null {
  if (shape === null) return null;
  return shape
    .slice(1)
    .reduce<number | null>(
      (product, size) => (product === null || size === null ? null : product * size),
      1,
    );
}

const outputText = (output: OutlinedValue): string =>
  `${output.name} (${valuesOf(output) ?? 'an unknown number'})`;

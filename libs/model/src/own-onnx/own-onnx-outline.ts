import { CroplineError, describeCause } from '@cropline/contracts';
import { decodeOnnxModel, type DecodedModel, type DecodedValue } from '../onnx/onnx-messages.js';

/** What has to be known of somebody's ONNX model to put it behind our pixels. */
export interface OwnOnnxOutline {
  readonly irVersion: number;
  /** What it is fed with, which no constant gives. */
  readonly input: OutlinedValue;
  readonly outputs: readonly OutlinedValue[];
}

/** An input or output. */
export interface OutlinedValue {
  readonly name: string;
  /** Its `TensorProto.DataType`. */
  readonly elementType: number;
  /** Null for a size that varies; null altogether where the file tells none. */
  readonly shape: readonly (number | null)[] | null;
}

/** The operators that are put around it have been as they are since then; ONNX Runtime promises as much. */
const OLDEST_OPSET = 7;
/** `TensorProto.DataLocation.EXTERNAL` */
const IN_ANOTHER_FILE = 1;

/**
 * Reads what an ONNX model takes and gives.
 *
 * @param path names the file in messages
 * @throws CroplineError `MODEL_FILE_INVALID` when it is no ONNX model, `MODEL_UNSUPPORTED` when it is one that cannot be
 *   run here
 */
export function outlineOwnOnnx(bytes: Uint8Array, path: string): OwnOnnxOutline {
  const { irVersion = 0, opsetImport, graph } = decode(bytes, path);
  if (graph === undefined || graph.output.length === 0) {
    throw notOnnx(path, 'no graph was found in it');
  }
  const opset = opsetImport.find(({ domain = '' }) => ['', 'ai.onnx'].includes(domain))?.version;
  if (opset === undefined || opset < OLDEST_OPSET) {
    throw unsupported(
      path,
      `use the operators of version ${OLDEST_OPSET} or later but it uses those of ${opset ?? 'none'}`,
      'export it for a later opset',
    );
  }
  const apart = graph.initializer.find(({ dataLocation }) => dataLocation === IN_ANOTHER_FILE);
  if (apart !== undefined) {
    throw unsupported(
      path,
      `hold its weights but those of ${apart.name} are in another file`,
      'save the model as one file (torch.onnx.export: external_data=False)',
    );
  }
  const constants = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.map(outlineValue).filter(({ name }) => !constants.has(name));
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    const names = inputs.map(({ name }) => name).join(', ');
    throw unsupported(
      path,
      `have one input, the pictures, but it has ${inputs.length === 0 ? 'none' : names}`,
      'export it so that it takes pictures alone',
    );
  }
  return { irVersion, input, outputs: graph.output.map(outlineValue) };
}

function decode(bytes: Uint8Array, path: string): DecodedModel {
  try {
    return decodeOnnxModel(bytes);
  } catch (cause) {
    throw notOnnx(path, `it is none, or cut short (${describeCause(cause)})`, cause);
  }
}

function outlineValue({ name = '', type }: DecodedValue): OutlinedValue {
  const { elemType = 0, shape } = type?.tensorType ?? {};
  return {
    name,
    elementType: elemType,
    // Some exporters write 0 or -1 for a size that varies.
    shape: shape?.dim.map(({ dimValue = 0 }) => (dimValue > 0 ? dimValue : null)) ?? null,
  };
}

function notOnnx(path: string, fault: string, cause?: unknown): CroplineError {
  return new CroplineError(
    'MODEL_FILE_INVALID',
    `Expected an ONNX model at ${path} but ${fault}: export it again`,
    { cause },
  );
}

/** A model that is one, but none that runs here. */
export function unsupported(path: string, fault: string, remedy: string): CroplineError {
  return new CroplineError('MODEL_UNSUPPORTED', `Expected ${path} to ${fault}: ${remedy}`);
}

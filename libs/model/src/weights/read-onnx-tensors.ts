import { CroplineError, describeCause } from '@cropline/contracts';
import { decodeOnnxTensors, ELEMENT_TYPE, type OnnxTensor } from '../onnx/onnx-messages.js';
import { floatsOf, type NamedTensor, type NamedTensors } from './named-tensors.js';

/** `TensorProto.DataLocation.EXTERNAL` */
const IN_ANOTHER_FILE = 1;

/** Element types by their number in `TensorProto.DataType`, for messages. */
const TYPE_NAMES: Readonly<Record<number, string>> = {
  2: 'uint8',
  3: 'int8',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
};

/**
 * The float constants of an ONNX model; its whole-number constants are shapes, not weights.
 *
 * @param path names the file in messages
 * @throws CroplineError `MODEL_FILE_INVALID`, `MODEL_TENSOR_INVALID`
 */
export function readOnnxTensors(bytes: Uint8Array, path: string): NamedTensors {
  let tensors: OnnxTensor[];
  try {
    tensors = decodeOnnxTensors(bytes);
  } catch (cause) {
    throw new CroplineError(
      'MODEL_FILE_INVALID',
      `Expected an ONNX or safetensors file at ${path} but it is neither, or cut short (${describeCause(cause)}): fetch it again`,
      { cause },
    );
  }
  if (tensors.length === 0) {
    throw new CroplineError(
      'MODEL_FILE_INVALID',
      `Expected an ONNX or safetensors file at ${path} but no tensors were found in it: fetch it again, or use another file`,
    );
  }
  const weights = tensors.filter(
    ({ dataType }) => dataType !== ELEMENT_TYPE.int32 && dataType !== ELEMENT_TYPE.int64,
  );
  return new Map(weights.map((tensor) => [tensor.name, readTensor(tensor, path)]));
}

function readTensor(tensor: OnnxTensor, path: string): NamedTensor {
  const { name, dims, dataType } = tensor;
  if (tensor.dataLocation === IN_ANOTHER_FILE) {
    throw new CroplineError(
      'MODEL_FILE_INVALID',
      `Expected ${path} to hold its weights but those of ${name} are in another file: save the model as one file`,
    );
  }
  if (dataType !== ELEMENT_TYPE.float32) {
    throw new CroplineError(
      'MODEL_TENSOR_INVALID',
      `Expected tensor ${name} to be float32 but it is ${TYPE_NAMES[dataType] ?? `of type ${dataType}`}: use the float32 weights`,
    );
  }
  const raw = tensor.rawData;
  const data =
    raw === undefined || raw.length === 0
      ? Float32Array.from(tensor.floatData ?? [])
      : floatsOf(raw);
  const values = dims.reduce((product, size) => product * size, 1);
  if (data.length !== values) {
    throw new CroplineError(
      'MODEL_TENSOR_INVALID',
      `Expected tensor ${name} of shape [${dims.join(', ')}] to have ${values} values but it has ${data.length}: fetch the file again`,
    );
  }
  return { shape: dims, data };
}

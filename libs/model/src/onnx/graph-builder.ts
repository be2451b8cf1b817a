import type { NamedTensor } from '../weights/named-tensors.js';
import { toHalfFloats } from './half-floats.js';
import {
  ATTRIBUTE_TYPE,
  ELEMENT_TYPE,
  encodeOnnxModel,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx-messages.js';

/** The name of a value that flows through the graph. */
export type Value = string;

/** A setting of a node: a whole number, whole numbers, or (marked) a number with a fraction. */
export type Setting = number | readonly number[] | { readonly float: number };

/** The operators' version that graphs are written in (https://onnx.ai/onnx/operators/). */
const OPSET = 13;
/** The file format's version that goes with it. */
const IR_VERSION = 8;
/** The operators that ONNX Runtime adds to the standard ones. */
export const RUNTIME_DOMAIN = 'com.microsoft';
const RUNTIME_OPSET = 1;

/** Whole numbers of a type that constants may have. */
type WholeNumbers = Uint8Array | Int8Array | Int32Array;

const WHOLE_TYPES = { Uint8Array: 'uint8', Int8Array: 'int8', Int32Array: 'int32' } as const;

/** Builds an ONNX model node by node; the same calls give the same bytes. */
export class GraphBuilder {
  readonly #nodes: OnnxNode[] = [];
  readonly #constants = new Map<string, OnnxTensor>();
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  /** What numbers with a fraction are kept in: constants, and the pixels once they are read. */
  readonly floats: 'float32' | 'float16';

  constructor(floats: 'float32' | 'float16' = 'float32') {
    this.floats = floats;
  }

  /** Adds an input; a size that varies is given by a name. */
  input(name: string, type: keyof typeof ELEMENT_TYPE, shape: readonly (number | string)[]): Value {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  /** Makes a value that a node has an output. */
  output(name: Value, type: keyof typeof ELEMENT_TYPE, shape: readonly (number | string)[]): void {
    this.#outputs.push(valueInfo(name, type, shape));
  }

  /** Adds a constant in the graph's floats; one that is there by this name already is taken as it is. */
  constant(name: string, { shape, data }: NamedTensor): Value {
    const values = this.floats === 'float16' ? toHalfFloats(data) : data;
    return this.#constant(name, this.floats, shape, values);
  }

  /** Adds an int64 constant: one number, or a list. */
  integers(name: string, value: number | readonly number[]): Value {
    const list = typeof value === 'number' ? [value] : value;
    const shape = typeof value === 'number' ? [] : [list.length];
    return this.#constant(name, 'int64', shape, BigInt64Array.from(list, BigInt));
  }

  /** Adds a constant of uint8, int8 or int32, by the type of its values. */
  whole(name: string, shape: readonly number[], data: WholeNumbers): Value {
    const type = WHOLE_TYPES[data.constructor.name as keyof typeof WHOLE_TYPES];
    return this.#constant(name, type, shape, data);
  }

  /**
   * Adds a node of one output.
   *
   * @param output the name of the node and of what it makes
   * @param domain where the operator comes from; default: the standard
   * @returns that name
   */
  node(
    operator: string,
    output: string,
    inputs: readonly Value[],
    settings: Readonly<Record<string, Setting>> = {},
    domain = '',
  ): Value {
    this.#nodes.push({
      name: output,
      domain,
      opType: operator,
      input: [...inputs],
      output: [output],
      attribute: Object.entries(settings).map(([name, value]) => attribute(name, value)),
    });
    return output;
  }

  /** The model's file. */
  encode(name: string, version: string): Uint8Array<ArrayBuffer> {
    return encodeOnnxModel({
      irVersion: IR_VERSION,
      producerName: 'cropline',
      producerVersion: version,
      opsetImport: [
        { domain: '', version: OPSET },
        ...(this.#nodes.some(({ domain }) => domain === RUNTIME_DOMAIN)
          ? [{ domain: RUNTIME_DOMAIN, version: RUNTIME_OPSET }]
          : []),
      ],
      graph: {
        name,
        node: this.#nodes,
        initializer: [...this.#constants.values()],
        input: this.#inputs,
        output: this.#outputs,
      },
    });
  }

  #constant(
    name: string,
    type: keyof typeof ELEMENT_TYPE,
    shape: readonly number[],
    data: Float32Array | Uint16Array | BigInt64Array | WholeNumbers,
  ): Value {
    if (!this.#constants.has(name)) {
      this.#constants.set(name, {
        name,
        dims: [...shape],
        dataType: ELEMENT_TYPE[type],
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      });
    }
    return name;
  }
}

function attribute(name: string, value: Setting): OnnxAttribute {
  if (typeof value === 'number') return { name, type: ATTRIBUTE_TYPE.int, i: value };
  if ('float' in value) return { name, type: ATTRIBUTE_TYPE.float, f: value.float };
  return { name, type: ATTRIBUTE_TYPE.ints, ints: [...value] };
}

function valueInfo(
  name: string,
  type: keyof typeof ELEMENT_TYPE,
  shape: readonly (number | string)[],
): OnnxValue {
  const dim = shape.map((size) =>
    typeof size === 'number' ? { dimValue: size } : { dimParam: size },
  );
  return { name, type: { tensorType: { elemType: ELEMENT_TYPE[type], shape: { dim } } } };
}

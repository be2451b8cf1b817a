import protobuf from 'protobufjs/light.js';

/** The element types of a tensor that occur here (`TensorProto.DataType`). */
export const ELEMENT_TYPE = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
} as const;

/** The kinds of an attribute that occur here (`AttributeProto.AttributeType`). */
export const ATTRIBUTE_TYPE = { float: 1, int: 2, ints: 7 } as const;

/** `TensorProto`: a constant. The values are in `rawData` (little-endian) or in the list of their type. */
export interface OnnxTensor {
  dims: number[];
  dataType: number;
  name: string;
  rawData?: Uint8Array;
  floatData?: number[];
  /** 1 when the values are in another file. */
  dataLocation?: number;
}

/** `AttributeProto`: a setting of a node; `type` tells which of the values holds. */
export interface OnnxAttribute {
  name: string;
  type: number;
  f?: number;
  i?: number;
  ints?: number[];
}

/** `NodeProto`: one operation. An input that is left out has an empty name. */
export interface OnnxNode {
  name: string;
  opType: string;
  /** Where the operator comes from; nothing is the standard. */
  domain: string;
  input: string[];
  output: string[];
  attribute: OnnxAttribute[];
}

/** `ValueInfoProto`: an input or output of the graph. A size that varies has a name. */
export interface OnnxValue {
  name: string;
  type: {
    tensorType: {
      elemType: number;
      shape: { dim: ({ dimValue: number } | { dimParam: string })[] };
    };
  };
}

/** `ModelProto`, as far as it is read or written here. */
export interface OnnxModel {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  opsetImport: { domain: string; version: number }[];
  graph: {
    name: string;
    node: OnnxNode[];
    initializer: OnnxTensor[];
    input: OnnxValue[];
    output: OnnxValue[];
  };
}

const one = (id: number, type: string): protobuf.IField => ({ id, type });
const many = (id: number, type: string): protobuf.IField => ({ id, type, rule: 'repeated' });
/** Written one by one, as in proto2; readers take both forms. */
const manyApart = (id: number, type: string): protobuf.IField => ({
  ...many(id, type),
  options: { packed: false },
});

/** Field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
const ModelProto = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: one(1, 'int64'),
        producerName: one(2, 'string'),
        producerVersion: one(3, 'string'),
        graph: one(7, 'GraphProto'),
        opsetImport: many(8, 'OperatorSetIdProto'),
      },
    },
    OperatorSetIdProto: { fields: { domain: one(1, 'string'), version: one(2, 'int64') } },
    GraphProto: {
      fields: {
        node: many(1, 'NodeProto'),
        name: one(2, 'string'),
        initializer: many(5, 'TensorProto'),
        input: many(11, 'ValueInfoProto'),
        output: many(12, 'ValueInfoProto'),
      },
    },
    NodeProto: {
      fields: {
        input: many(1, 'string'),
        output: many(2, 'string'),
        name: one(3, 'string'),
        opType: one(4, 'string'),
        domain: one(7, 'string'),
        attribute: many(5, 'AttributeProto'),
      },
    },
    AttributeProto: {
      fields: {
        name: one(1, 'string'),
        f: one(2, 'float'),
        i: one(3, 'int64'),
        ints: manyApart(8, 'int64'),
        type: one(20, 'int32'),
      },
    },
    TensorProto: {
      fields: {
        dims: manyApart(1, 'int64'),
        dataType: one(2, 'int32'),
        floatData: many(4, 'float'),
        name: one(8, 'string'),
        rawData: one(9, 'bytes'),
        dataLocation: one(14, 'int32'),
      },
    },
    ValueInfoProto: { fields: { name: one(1, 'string'), type: one(2, 'TypeProto') } },
    TypeProto: { fields: { tensorType: one(1, 'TensorTypeProto') } },
    TensorTypeProto: { fields: { elemType: one(1, 'int32'), shape: one(2, 'ShapeProto') } },
    ShapeProto: { fields: { dim: many(1, 'DimensionProto') } },
    DimensionProto: { fields: { dimValue: one(1, 'int64'), dimParam: one(2, 'string') } },
  },
}).lookupType('ModelProto');

/** A model as the bytes of an ONNX file. */
export function encodeOnnxModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  return new Uint8Array(ModelProto.encode(ModelProto.fromObject(model)).finish());
}

/** What a reader may find of a value: its type need not be that of a tensor, nor its sizes be told. */
export interface DecodedValue {
  name?: string;
  type?: {
    tensorType?: {
      elemType?: number;
      shape?: { dim: { dimValue?: number; dimParam?: string }[] };
    };
  };
}

/** A model as others may have written it: every message may lack anything but its lists. */
export interface DecodedModel {
  irVersion?: number;
  opsetImport: { domain?: string; version?: number }[];
  graph?: { initializer: OnnxTensor[]; input: DecodedValue[]; output: DecodedValue[] };
}

/**
 * What an ONNX file holds, as far as it is read here; `rawData` lies in the memory of `bytes`.
 *
 * @throws Error when the bytes are not a protocol buffer of this kind
 */
export function decodeOnnxModel(bytes: Uint8Array): DecodedModel {
  return ModelProto.toObject(ModelProto.decode(bytes), {
    longs: Number,
    arrays: true,
  }) as DecodedModel;
}

/**
 * The names, sizes and values of the constants of an ONNX file.
 *
 * @throws Error as `decodeOnnxModel` does
 */
export function decodeOnnxTensors(bytes: Uint8Array): OnnxTensor[] {
  return decodeOnnxModel(bytes).graph?.initializer ?? [];
}

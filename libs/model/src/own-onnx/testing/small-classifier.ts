import { GraphBuilder, type Value } from '../../onnx/graph-builder.js';
import type { OwnOnnxSpec } from '../own-onnx-spec.js';
import { messageField, numberField, rawFields } from '../raw-message.js';

/** What varies between exporters of ONNX models. */
export interface SmallClassifier {
  readonly layout?: 'NCHW' | 'NHWC';
  readonly output?: 'logits' | 'scores';
  /** Pictures it takes; default: any number. */
  readonly batch?: number;
  readonly floats?: 'float32' | 'float16';
  readonly opset?: number;
  /** Before 4, constants are inputs too. */
  readonly irVersion?: number;
  /** Scores of a picture are made to depend on those beside it, as in training. */
  readonly training?: boolean;
  /** Leaves out what it says of the sizes of its input and output. */
  readonly silent?: boolean;
}

export const SMALL_SIZE = 32;
export const SMALL_CLASSES = 5;

const CHANNELS = 6;
const IR_VERSION = 1;
const OPSET_IMPORT = 8;

/**
 * An image classifier that is no GoogLeNet, with weights that were never trained: a convolution, a pool, a
 * matrix. Its values have the names that our graphs have for others.
 */
export function smallClassifier({
  layout = 'NCHW',
  output = 'logits',
  batch,
  floats = 'float32',
  opset = 13,
  irVersion = 8,
  training = false,
  silent = false,
}: SmallClassifier = {}): Uint8Array {
  const graph = new GraphBuilder(floats);
  const count = batch ?? 'batch';
  const side = silent ? 'side' : SMALL_SIZE;
  const colours = silent ? 'colours' : 3;
  const shape = layout === 'NCHW' ? [count, colours, side, side] : [count, side, side, colours];
  const weights = (name: string, sizes: readonly number[], limit: number): Value => {
    const values = sizes.reduce((product, size) => product * size, 1);
    const data = Float32Array.from({ length: values }, (_, at) => limit * Math.sin(7 * at + 3));
    if (irVersion < 4) graph.input(name, floats, sizes);
    return graph.constant(name, { shape: sizes, data });
  };
  const input = graph.input('scores', floats, shape);
  const planes =
    layout === 'NCHW' ? input : graph.node('Transpose', 'planes', [input], { perm: [0, 3, 1, 2] });
  const sums = graph.node(
    'Conv',
    'mirrored',
    [planes, weights('filters', [CHANNELS, 3, 3, 3], 0.2), weights('biases', [CHANNELS], 0.1)],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  );
  const active = graph.node('Relu', 'active', [sums]);
  const pooled = graph.node('AveragePool', 'pooled', [active], {
    kernel_shape: [4, 4],
    strides: [4, 4],
  });
  const flat = graph.node('Flatten', 'flat', [pooled], { axis: 1 });
  const mean = (value: Value): Value =>
    graph.node('ReduceMean', 'mean', [value], { axes: [0], keepdims: 1 });
  const features = training ? graph.node('Sub', 'normalized', [flat, mean(flat)]) : flat;
  const matrix = weights('matrix', [SMALL_CLASSES, CHANNELS * 16], 0.4);
  const last = (operator: string, inputs: Value[], settings: Record<string, number>): Value =>
    graph.node(operator, 'pixels', inputs, settings);
  const bias = weights('bias', [SMALL_CLASSES], 0.1);
  if (output === 'logits') {
    last('Gemm', [features, matrix, bias], { transB: 1 });
  } else {
    const logits = graph.node('Gemm', 'logits', [features, matrix, bias], { transB: 1 });
    last('Softmax', [logits], { axis: 1 });
  }
  graph.output('pixels', floats, [count, silent ? 'classes' : SMALL_CLASSES]);
  return Buffer.concat([
    ...rawFields(graph.encode('small', '1'))
      .filter(({ number }) => number !== IR_VERSION && number !== OPSET_IMPORT)
      .map(({ bytes }) => bytes),
    numberField(IR_VERSION, irVersion),
    messageField(OPSET_IMPORT, numberField(2, opset)),
  ]);
}

const MEAN = [120, 110, 100] as const;
const SCALE = [1 / 58, 1 / 57, 1 / 56] as const;

/** What its `model.json` would say of it. */
export function specOf(
  { layout = 'NCHW', output = 'logits' }: SmallClassifier = {},
  input: Partial<OwnOnnxSpec['input']> = {},
): OwnOnnxSpec {
  return {
    layout,
    output,
    input: { size: SMALL_SIZE, channels: 'RGB', mean: MEAN, scale: SCALE, ...input },
    classes: SMALL_CLASSES,
  };
}

/** Models as exporters write them, by what is special of each. */
export const EXPORTS: readonly (readonly [string, SmallClassifier])[] = [
  ['planes to logits', {}],
  ['planes to scores, one at a time, of opset 7', { output: 'scores', batch: 1, opset: 7 }],
  [
    'pixels to logits, of opset 9 and an old file format',
    { layout: 'NHWC', opset: 9, irVersion: 3 },
  ],
  [
    'pixels to scores, four at a time, of opset 11',
    { layout: 'NHWC', output: 'scores', batch: 4, opset: 11 },
  ],
  ['planes to logits in 16 bits, saying nothing of sizes', { floats: 'float16', silent: true }],
];

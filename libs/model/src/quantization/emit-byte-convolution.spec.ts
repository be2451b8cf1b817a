import { describe, expect, it } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { NamedTensor } from '../weights/named-tensors.js';
import { GraphBuilder } from '../onnx/graph-builder.js';
import { emitByteConvolution } from './emit-byte-convolution.js';
import { quantizeBias, quantizeFilters } from './quantize-weights.js';

const SIDE = 7;
const INPUTS = 8;
const OUTPUTS = 16;

/** Numbers from 0 up to `end` without a pattern. */
const noise = (at: number, end: number): number => Math.abs(Math.sin(at * at * 0.37 + at)) * end;

const weights = (kernel: number): NamedTensor => ({
  shape: [OUTPUTS, INPUTS, kernel, kernel],
  data: Float32Array.from(
    { length: OUTPUTS * INPUTS * kernel * kernel },
    (_, at) => Math.sin(at * at * 0.61 + at) * 0.2,
  ),
});

interface Case {
  readonly kernel: number;
  readonly stride: number;
  readonly inputZero: number;
  readonly outputZero: number;
}

/** The convolution as it is defined, in whole numbers that JavaScript holds exactly. */
function expectedBytes(
  bytes: Uint8Array,
  { kernel, stride, inputZero, outputZero }: Case,
): number[] {
  const { data, scales } = quantizeFilters(weights(kernel));
  const bias = quantizeBias(BIAS, INPUT_SCALE, scales);
  const pad = Math.floor(kernel / 2);
  const side = Math.floor((SIDE - 1) / stride) + 1;
  const made: number[] = [];
  for (let place = 0; place < side * side; place += 1) {
    for (let output = 0; output < OUTPUTS; output += 1) {
      let sum = bias[output]!;
      for (let tap = 0; tap < kernel * kernel; tap += 1) {
        const row = Math.floor(place / side) * stride + Math.floor(tap / kernel) - pad;
        const column = (place % side) * stride + (tap % kernel) - pad;
        if (row < 0 || row >= SIDE || column < 0 || column >= SIDE) continue;
        for (let input = 0; input < INPUTS; input += 1) {
          const byte = bytes[(row * SIDE + column) * INPUTS + input]!;
          const weight = data[(output * INPUTS + input) * kernel * kernel + tap]!;
          sum += (byte - inputZero) * weight;
        }
      }
      const steps = (sum * INPUT_SCALE * scales[output]!) / OUTPUT_SCALE + outputZero;
      made.push(Math.max(0, Math.min(255, steps)));
    }
  }
  return made;
}

const INPUT_SCALE = 0.1;
const OUTPUT_SCALE = 0.25;
const BIAS = Float32Array.from({ length: OUTPUTS }, (_, at) => noise(at, 20) - 5);

describe('emitByteConvolution', () => {
  it.each<Case>([
    { kernel: 1, stride: 1, inputZero: 0, outputZero: 0 },
    { kernel: 3, stride: 1, inputZero: 0, outputZero: 0 },
    { kernel: 5, stride: 1, inputZero: 0, outputZero: 0 },
    { kernel: 3, stride: 2, inputZero: 0, outputZero: 0 },
    { kernel: 3, stride: 1, inputZero: 114, outputZero: 0 },
    { kernel: 1, stride: 1, inputZero: 0, outputZero: 255 },
  ])('is the convolution in whole numbers: %o', async (one) => {
    const filters = quantizeFilters(weights(one.kernel));
    const pad = Math.floor(one.kernel / 2);
    const graph = new GraphBuilder();
    const input = graph.input('in', 'uint8', ['N', SIDE, SIDE, INPUTS]);
    const { value } = emitByteConvolution(
      graph,
      { value: input, scale: INPUT_SCALE },
      {
        output: 'out',
        filters,
        bias: quantizeBias(BIAS, INPUT_SCALE, filters.scales),
        pads: [pad, pad, pad, pad],
        stride: one.stride,
        scale: OUTPUT_SCALE,
        inputZero: one.inputZero,
        outputZero: one.outputZero,
      },
    );
    graph.output(value, 'uint8', ['N', 'h', 'w', OUTPUTS]);
    const session = await InferenceSession.create(graph.encode('spec', '1'));
    const bytes = Uint8Array.from({ length: SIDE * SIDE * INPUTS }, (_, at) => noise(at, 256));
    const result = await session.run({ in: new Tensor('uint8', bytes, [1, SIDE, SIDE, INPUTS]) });
    await session.release();

    const actual = result[value]?.data as Uint8Array;
    const expected = expectedBytes(bytes, one);
    expect(actual).toHaveLength(expected.length);
    // Off by the rounding of halves, and of float32 just beside them.
    actual.forEach((byte, at) => expect(Math.abs(byte - expected[at]!)).toBeLessThanOrEqual(0.501));
  });
});

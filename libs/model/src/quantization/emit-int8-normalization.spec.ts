import { describe, expect, it } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ResponseNormalization } from '../architecture/architecture.js';
import { GraphBuilder } from '../onnx/graph-builder.js';
import { emitInt8Normalization } from './emit-int8-normalization.js';
import { COARSER } from './emit-int8-stem.js';
import { emitWideNormalization } from './emit-wide-normalization.js';
import type { QuantizedValue } from './quantized-value.js';

const CHANNELS = 24;
const SIDE = 6;
const PLACES = SIDE * SIDE;
const layer: ResponseNormalization = {
  kind: 'response-normalization',
  name: 'norm',
  size: 5,
  alpha: 1e-4,
  beta: 0.75,
  bias: 1,
};

async function run(
  bytes: Uint8Array,
  scale: number,
  emit: (graph: GraphBuilder, input: QuantizedValue) => QuantizedValue,
): Promise<number[]> {
  const channels = bytes.length / PLACES;
  const graph = new GraphBuilder();
  const value = graph.input('in', 'uint8', ['N', SIDE, SIDE, channels]);
  const output = emit(graph, { value, scale });
  graph.output(output.value, 'uint8', ['N', SIDE, SIDE, CHANNELS]);
  const session = await InferenceSession.create(graph.encode('spec', '1'));
  const result = await session.run({ in: new Tensor('uint8', bytes, [1, SIDE, SIDE, channels]) });
  await session.release();
  return Array.from(result[output.value]?.data as Uint8Array, (byte) => byte * output.scale);
}

/** The formula, over values with the channels last. */
function normalized(values: readonly number[]): { made: number[]; sums: number[] } {
  const sums = values.map((_, at) => {
    const channel = at % CHANNELS;
    let sum = 1;
    for (
      let near = Math.max(0, channel - 2);
      near <= Math.min(CHANNELS - 1, channel + 2);
      near += 1
    ) {
      sum += (1e-4 / 5) * (values[at - channel + near] ?? 0) ** 2;
    }
    return sum;
  });
  return { made: values.map((value, at) => value / (sums[at] ?? 1) ** 0.75), sums };
}

const noise = (at: number): number => Math.max(0, Math.sin(at * at * 0.37 + at));

describe('emitInt8Normalization', () => {
  it.each([50, 150, 220])('follows the formula for signals up to %d', async (top) => {
    const scale = top / 255;
    const bytes = Uint8Array.from({ length: PLACES * CHANNELS }, (_, at) => 255 * noise(at));
    const { made, sums } = normalized(Array.from(bytes, (byte) => byte * scale));
    const [range, sumsRange] = [Math.max(...made), Math.max(...sums)];
    const actual = await run(bytes, scale, (graph, input) =>
      emitInt8Normalization(graph, input, layer, CHANNELS, sumsRange, range),
    );
    // A step of the result, and of the value times what the curve and the bytes of the power leave.
    for (const [at, value] of made.entries()) {
      expect(Math.abs((actual[at] ?? 0) - value)).toBeLessThanOrEqual(range / 255 + 0.14 * value);
    }
    const error = made.reduce((sum, value, at) => sum + Math.abs((actual[at] ?? 0) - value), 0);
    expect(error / made.reduce((sum, value) => sum + value, 0)).toBeLessThanOrEqual(0.03);
  });

  it('is for sums that start from 1', () => {
    const graph = new GraphBuilder();
    const input = { value: 'in', scale: 1 };
    expect(() =>
      emitInt8Normalization(graph, input, { ...layer, bias: 2 }, CHANNELS, 5, 100),
    ).toThrow('Expected norm to have bias 1 but it has 2');
  });
});

describe('emitWideNormalization', () => {
  it.each([100, 3000])('is the formula of two bytes, up to %d', async (top) => {
    const scale = top / (255 * (1 + COARSER));
    const bytes = new Uint8Array(PLACES * 2 * CHANNELS);
    const values = Array.from({ length: PLACES * CHANNELS }, (_, at) => {
      const steps = Math.round(noise(at) ** 3 * 255 * (1 + COARSER));
      const low = Math.min(255, steps);
      const high = Math.round((steps - low) / COARSER);
      const lower = Math.floor(at / CHANNELS) * 2 * CHANNELS + (at % CHANNELS);
      bytes[lower] = low;
      bytes[lower + CHANNELS] = high;
      return (low + COARSER * high) * scale;
    });
    const { made } = normalized(values);
    const range = Math.max(...made);
    const actual = await run(bytes, scale, (graph, input) =>
      emitWideNormalization(graph, input, layer, CHANNELS, SIDE, range),
    );
    for (const [at, value] of made.entries()) {
      expect(Math.abs((actual[at] ?? 0) - value)).toBeLessThanOrEqual((0.51 * range) / 255);
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Convolution } from '../architecture/architecture.js';
import type { NamedTensor } from '../weights/named-tensors.js';
import { emitConvolution } from './emit-layer.js';
import { emitWinograd, suitsWinograd } from './emit-winograd.js';
import { GraphBuilder, type Value } from './graph-builder.js';

const layer: Convolution = { kind: 'convolution', name: 'c', kernel: 3, stride: 1, outputs: 32 };
const INPUTS = 16;

/** Values of both signs without a pattern that a transform could hide. */
function noise(length: number, scale: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    { length },
    (_, index) => scale * Math.sin(index * index * 0.37 + index),
  );
}

const tensors = new Map<string, NamedTensor>([
  ['c_w_0', { shape: [32, INPUTS, 3, 3], data: noise(32 * INPUTS * 9, 0.1) }],
  ['c_b_0', { shape: [32], data: noise(32, 5) }],
]);
const tensor = (name: string): NamedTensor => tensors.get(name)!;

async function run(
  side: number,
  emit: (graph: GraphBuilder, input: Value) => Value,
): Promise<Float32Array> {
  const graph = new GraphBuilder();
  const output = emit(graph, graph.input('in', 'float32', ['N', INPUTS, side, side]));
  graph.output(output, 'float32', ['N', 32, side, side]);
  const session = await InferenceSession.create(graph.encode('spec', '1'));
  const input = noise(2 * INPUTS * side * side, 100);
  const result = await session.run({
    in: new Tensor('float32', input, [2, INPUTS, side, side]),
  });
  await session.release();
  return result[output]?.data as Float32Array;
}

describe('emitWinograd', () => {
  it.each([12, 13, 14, 15])('is the convolution, at each of %i rows', async (side) => {
    const expected = await run(side, (graph, x) => emitConvolution(graph, x, layer, tensor));
    const actual = await run(side, (graph, x) => emitWinograd(graph, x, layer, tensor, side));
    expect(actual).toHaveLength(expected.length);
    const largest = expected.reduce((a, b) => Math.max(a, b), 0);
    for (const [index, value] of actual.entries()) {
      expect(Math.abs(value - expected[index]!)).toBeLessThanOrEqual(2e-6 * largest);
    }
  });

  it('is for 3×3 filters at every pixel, of pictures that are not small', () => {
    expect(suitsWinograd(layer, 56)).toBe(true);
    expect(suitsWinograd(layer, 7)).toBe(false);
    expect(suitsWinograd({ ...layer, kernel: 5 }, 56)).toBe(false);
    expect(suitsWinograd({ ...layer, stride: 2 }, 56)).toBe(false);
  });
});

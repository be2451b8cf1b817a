import { describe, expect, it } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { MaxPool, ResponseNormalization } from '../architecture/architecture.js';
import { emitMaxPool } from './emit-layer.js';
import { emitNormalization, emitPooledNormalization } from './emit-normalization.js';
import { GraphBuilder, type Value } from './graph-builder.js';

const CHANNELS = 24;
const SIDE = 12;
const layer: ResponseNormalization = {
  kind: 'response-normalization',
  name: 'norm',
  size: 5,
  alpha: 1e-4,
  beta: 0.75,
  bias: 1,
};
const pool: MaxPool = { kind: 'max-pool', name: 'pool', kernel: 3, stride: 2 };

async function run(
  emit: (graph: GraphBuilder, input: Value) => Value,
  input: Float32Array,
): Promise<Float32Array> {
  const graph = new GraphBuilder();
  const output = emit(graph, graph.input('in', 'float32', [1, CHANNELS, SIDE, SIDE]));
  graph.output(output, 'float32', [1, CHANNELS, 'h', 'w']);
  const session = await InferenceSession.create(graph.encode('spec', '1'));
  const result = await session.run({
    in: new Tensor('float32', input, [1, CHANNELS, SIDE, SIDE]),
  });
  await session.release();
  return result[output]?.data as Float32Array;
}

/** The formula, in double precision. */
function normalized(input: Float32Array): Float32Array {
  const plane = SIDE * SIDE;
  return input.map((value, at) => {
    const channel = Math.floor(at / plane);
    let sum = 0;
    for (let offset = -2; offset <= 2; offset += 1) {
      const neighbour = channel + offset;
      if (neighbour < 0 || neighbour >= CHANNELS) continue;
      sum += (input[at + offset * plane] ?? 0) ** 2;
    }
    return value / (1 + (1e-4 / 5) * sum) ** 0.75;
  });
}

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of actual.entries()) {
    expect(Math.abs(value - expected[index]!)).toBeLessThanOrEqual(2e-6 * expected[index]!);
  }
}

/** Rows 0, 4, 8, … from the one given. */
const everyFourthRow = (graph: GraphBuilder, input: Value, row: number): Value =>
  graph.node('Slice', `rows_${row}`, [
    input,
    graph.integers(`from_${row}`, [row]),
    graph.integers('to', [SIDE]),
    graph.integers('axis', [2]),
    graph.integers('step', [4]),
  ]);

/** From 0 to `top`, a third of them 0, as ReLU leaves them. */
function signal(top: number): Float32Array {
  return Float32Array.from(
    { length: CHANNELS * SIDE * SIDE },
    (_, index) => Math.max(0, Math.sin(index * 1.7) + 0.5) * (top / 1.5),
  );
}

describe('emitNormalization', () => {
  it.each([0, 1e-6, 1, 100, 3000])('is the formula for signals up to %f', async (top) => {
    const input = signal(top);
    const actual = await run((graph, x) => emitNormalization(graph, x, layer, CHANNELS), input);
    expectClose(actual, normalized(input));
  });

  it.each([0, 1, 300])('is the formula and a pool, up to %f, for rows apart', async (top) => {
    const input = signal(top);
    const expected = await run((graph, x) => emitMaxPool(graph, x, pool), normalized(input));
    const actual = await run((graph, x) => {
      const rows = [0, 1, 2, 3].map((row) => everyFourthRow(graph, x, row));
      return emitPooledNormalization(
        graph,
        rows as [Value, Value, Value, Value],
        layer,
        pool,
        CHANNELS,
        SIDE,
      );
    }, input);
    expect(actual).toHaveLength(CHANNELS * 6 * 6);
    expectClose(actual, expected);
  });

  it('refuses an exponent that its roots are not made for', () => {
    const graph = new GraphBuilder();
    expect(() => emitNormalization(graph, 'x', { ...layer, beta: 0.5 }, CHANNELS)).toThrow(
      'Expected norm to have beta 0.75 but it has 0.5',
    );
  });
});

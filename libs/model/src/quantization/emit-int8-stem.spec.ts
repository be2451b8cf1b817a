import { describe, expect, it } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Convolution } from '../architecture/architecture.js';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import { emitInput } from '../onnx/emit-input.js';
import { emitConvolution } from '../onnx/emit-layer.js';
import { pixelTensors } from '../onnx/emit-onnx-graph.js';
import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import { randomWeights } from '../weights/random-weights.js';
import { emitInt8Input } from './emit-int8-input.js';
import { COARSER, emitPixelConvolution } from './emit-int8-stem.js';

const architecture = BVLC_GOOGLENET;
const layer = architecture.layers[0] as Convolution;
const tensor = pixelTensors(architecture, randomWeights(5, BVLC_GOOGLENET));
const SIDE = 112;
const RANGE = 700;

/** Two crops: waves, different in each colour; the second is to be flipped. */
const pixels = Uint8Array.from({ length: 2 * 224 * 224 * 3 }, (_, at) => {
  const [column, row] = [Math.floor(at / 3) % 224, Math.floor(at / 672)];
  return 128 + 100 * Math.sin((column * column) / 400 + row / ((at % 3) + 3));
});

async function run(emit: (graph: GraphBuilder) => Value, type: 'float32' | 'uint8') {
  const graph = new GraphBuilder();
  const output = emit(graph);
  graph.output(output, type, ['N', 'a', 'b', 'c']);
  const session = await InferenceSession.create(graph.encode('spec', '1'));
  const result = await session.run({
    pixels: new Tensor('uint8', pixels, [2, 224, 224, 3]),
    mirrored: new Tensor('uint8', Uint8Array.of(0, 1), [2]),
  });
  await session.release();
  return result[output]?.data;
}

describe('emitPixelConvolution', () => {
  it('is the fp32 convolution to a step of its bytes, mirrored or not, apart from the edge', async () => {
    let scale = 0;
    const bytes = (await run((graph) => {
      const input = emitInt8Input(graph, architecture);
      const made = emitPixelConvolution(graph, input, layer, architecture, tensor, RANGE);
      scale = made.scale;
      return made.value;
    }, 'uint8')) as Uint8Array;
    const floats = (await run(
      (graph) => emitConvolution(graph, emitInput(graph, architecture), layer, tensor),
      'float32',
    )) as Float32Array;

    const channels = layer.outputs;
    expect(bytes).toHaveLength(2 * floats.length);
    let upper = 0;
    const far: number[] = [];
    for (let at = 0; at < floats.length; at += 1) {
      const column = at % SIDE;
      const row = Math.floor(at / SIDE) % SIDE;
      // At the edge, bytes are padded by one value for all colours: the middle of the means.
      if (Math.min(row, column) < 2 || Math.max(row, column) > SIDE - 3) continue;
      const channel = Math.floor(at / (SIDE * SIDE)) % channels;
      const crop = Math.floor(at / (SIDE * SIDE * channels));
      const place = ((crop * SIDE + row) * SIDE + column) * 2 * channels + channel;
      const [low = 0, high = 0] = [bytes[place], bytes[place + channels]];
      if (high > 0) upper += 1;
      const value = (low + COARSER * high) * scale;
      const expected = Math.min(floats[at]!, RANGE);
      // Half a step of the byte it ends in, and what rounding 147 weights and pixels leaves.
      const step = low === 255 ? COARSER * scale : scale;
      far.push(Math.max(0, Math.abs(value - expected) - step) / RANGE);
    }
    expect(upper).toBeGreaterThan(1000);
    expect(far.reduce((most, error) => Math.max(most, error), 0)).toBeLessThanOrEqual(0.02);
    expect(far.reduce((sum, error) => sum + error, 0) / far.length).toBeLessThanOrEqual(0.002);
  });

  it('is for filters of stride 2', () => {
    const graph = new GraphBuilder();
    const input = { value: 'in', scale: 1 };
    expect(() =>
      emitPixelConvolution(graph, input, { ...layer, stride: 1 }, architecture, tensor, RANGE),
    ).toThrow(RangeError);
  });
});

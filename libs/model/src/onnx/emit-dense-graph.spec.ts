import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import type { Convolution, Layer, MaxPool } from '../architecture/architecture.js';
import { biasName, weightName } from '../architecture/weight-shapes.js';
import { randomWeights } from '../weights/random-weights.js';
import { densePositions, emitDenseGraph } from './emit-dense-graph.js';
import { emitOnnxGraph } from './emit-onnx-graph.js';
import { GraphBuilder, type Value } from './graph-builder.js';

const CLASSES = 1000;
const FEATURES = 1024;
const WINDOW = 7;
const weights = randomWeights(5, BVLC_GOOGLENET);
const values = (name: string) => weights.get(name)!;

/** Pictures one after the other, each with waves of its own, unlike themselves when flipped. */
function pictures(count: number, height: number, width: number): Uint8Array {
  return Uint8Array.from({ length: count * height * width * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    return 128 + 120 * Math.sin((x * x) / 90 + ((at % 3) + 1) * (y / 5));
  });
}

function flipped(picture: Uint8Array, width: number): Uint8Array {
  return picture.map((_, at) => {
    const column = Math.floor(at / 3) % width;
    return picture[at + 3 * (width - 1 - 2 * column)]!;
  });
}

async function run(
  session: InferenceSession,
  pixels: Uint8Array,
  [count, height, width]: readonly [number, number, number],
  mirrored: readonly number[],
): Promise<Float32Array> {
  const result = await session.run({
    pixels: new Tensor('uint8', pixels, [count, height, width, 3]),
    mirrored: new Tensor('uint8', Uint8Array.from(mirrored), [count]),
  });
  return result['scores']?.data as Float32Array;
}

const farthest = (one: Float32Array, other: Float32Array): number =>
  one.length === other.length
    ? one.reduce((most, value, at) => Math.max(most, Math.abs(value - other[at]!)), 0)
    : Infinity;

describe('emitDenseGraph', () => {
  let dense: InferenceSession;
  beforeAll(async () => {
    dense = await InferenceSession.create(emitDenseGraph(BVLC_GOOGLENET, weights));
  });
  afterAll(() => dense.release());

  it('takes pictures of any size', () => {
    expect(dense.inputMetadata.map((value) => value.isTensor && value.shape)).toEqual([
      ['N', 'H', 'W', 3],
      ['N'],
    ]);
    expect(() => emitDenseGraph(BVLC_GOOGLENET, new Map())).toThrow(
      expect.objectContaining({ code: 'MODEL_TENSOR_INVALID' }),
    );
  });

  it('scores a picture as large as a crop as the crops’ graph does', async () => {
    const crop = await InferenceSession.create(emitOnnxGraph(BVLC_GOOGLENET, weights));
    const size = [2, 224, 224] as const;
    const pixels = pictures(...size);
    const scores = await run(dense, pixels, size, [0, 1]);
    expect(farthest(scores, await run(crop, pixels, size, [0, 1]))).toBeLessThanOrEqual(1e-5);
    expect(farthest(scores.subarray(0, CLASSES), scores.subarray(CLASSES))).toBeGreaterThan(1e-4);
    await crop.release();
  });

  it.each([
    [256, 320],
    [288, 224],
  ])('is the mean over all places of a picture of %i × %i', async (height, width) => {
    const pixels = pictures(1, height, width);
    const scores = await run(dense, pixels, [1, height, width], [0]);
    const expected = await meanOfPlaces(pixels, height, width);
    expect(farthest(scores, expected)).toBeLessThanOrEqual(1e-5);
  });

  it('flips the pictures that are flagged, and leaves those beside them', async () => {
    const [height, width] = [224, 288];
    const both = pictures(2, height, width);
    const half = both.length / 2;
    const [one, other] = [both.subarray(0, half), both.subarray(half)];
    const flags = await run(dense, both, [2, height, width], [1, 0]);
    const alone = await run(dense, flipped(one, width), [1, height, width], [0]);
    expect(farthest(flags.subarray(0, CLASSES), alone)).toBeLessThanOrEqual(1e-6);
    const neighbour = await run(dense, other, [1, height, width], [0]);
    expect(farthest(flags.subarray(CLASSES), neighbour)).toBeLessThanOrEqual(1e-6);
  });
});

describe('densePositions', () => {
  it.each([
    [224, 224, 1],
    [256, 256, 4],
    [352, 480, 45],
  ])('counts the places of %i × %i', (width, height, places) => {
    expect(densePositions({ width, height }, 224)).toBe(places);
  });
});

/** What the dense graph is to say, layer by layer in the standard's own operators, the end in JavaScript. */
async function meanOfPlaces(pixels: Uint8Array, height: number, width: number) {
  const plane = height * width;
  const planes = new Float32Array(3 * plane);
  for (const [channel, mean] of [104, 117, 123].entries()) {
    for (let at = 0; at < plane; at += 1) {
      planes[channel * plane + at] = pixels[at * 3 + 2 - channel]! - mean;
    }
  }
  const graph = new GraphBuilder();
  const input = graph.input('in', 'float32', [1, 3, height, width]);
  const features = BVLC_GOOGLENET.layers.reduce(
    (value, layer) => plain(graph, value, layer),
    input,
  );
  graph.output(features, 'float32', [1, FEATURES, 'h', 'w']);
  const session = await InferenceSession.create(graph.encode('plain', '1'));
  const result = await session.run({ in: new Tensor('float32', planes, [1, 3, height, width]) });
  await session.release();
  const { dims, data } = result[features]!;
  const [rows, columns] = [dims[2]!, dims[3]!];
  expect([rows, columns]).toEqual([height / 32, width / 32]);

  const mean = new Float64Array(CLASSES);
  const places = (rows - WINDOW + 1) * (columns - WINDOW + 1);
  for (let top = 0; top + WINDOW <= rows; top += 1) {
    for (let left = 0; left + WINDOW <= columns; left += 1) {
      const window = Float64Array.from({ length: FEATURES }, (_, channel) => {
        let sum = 0;
        for (let at = 0; at < WINDOW ** 2; at += 1) {
          const row = top + Math.floor(at / WINDOW);
          sum += Number(data[(channel * rows + row) * columns + left + (at % WINDOW)]);
        }
        return sum / WINDOW ** 2;
      });
      for (const [index, score] of softmax(classify(window)).entries()) {
        mean[index] = mean[index]! + score / places;
      }
    }
  }
  return Float32Array.from(mean);
}

function plain(graph: GraphBuilder, input: Value, layer: Layer): Value {
  switch (layer.kind) {
    case 'convolution':
      return plainConvolution(graph, input, layer);
    case 'max-pool':
      return plainPool(graph, input, layer);
    case 'response-normalization':
      return graph.node('LRN', layer.name, [input], {
        size: layer.size,
        alpha: { float: layer.alpha },
        beta: { float: layer.beta },
        bias: { float: layer.bias },
      });
    case 'inception': {
      const branches = layer.branches.map((branch) =>
        branch.reduce((value, step) => plain(graph, value, step), input),
      );
      return graph.node('Concat', layer.name, branches, { axis: 1 });
    }
  }
}

function plainConvolution(graph: GraphBuilder, input: Value, layer: Convolution): Value {
  const { name, kernel, stride } = layer;
  const names = [weightName(name), biasName(name)];
  const pad = (kernel - 1) / 2;
  const sums = graph.node(
    'Conv',
    `${name}/sums`,
    [input, ...names.map((of) => graph.constant(of, values(of)))],
    { pads: [pad, pad, pad, pad], strides: [stride, stride] },
  );
  return graph.node('Relu', name, [sums]);
}

function plainPool(graph: GraphBuilder, input: Value, { name, kernel, stride }: MaxPool): Value {
  const pad = stride === 1 ? 1 : 0;
  return graph.node('MaxPool', name, [input], {
    kernel_shape: [kernel, kernel],
    pads: [pad, pad, pad, pad],
    strides: [stride, stride],
    ceil_mode: 1,
  });
}

function classify(features: Float64Array): Float64Array {
  const name = BVLC_GOOGLENET.classifier.name;
  const [matrix, bias] = [values(weightName(name)).data, values(biasName(name)).data];
  return Float64Array.from({ length: CLASSES }, (_, row) =>
    features.reduce((sum, value, at) => sum + value * matrix[row * FEATURES + at]!, bias[row]!),
  );
}

function softmax(logits: Float64Array): Float64Array {
  const top = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - top));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}

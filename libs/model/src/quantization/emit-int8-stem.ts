import type { Architecture, Convolution } from '../architecture/architecture.js';
import { biasName, weightName } from '../architecture/weight-shapes.js';
import type { GraphBuilder } from '../onnx/graph-builder.js';
import { PIXEL_CHANNELS } from '../onnx/emit-input.js';
import type { NamedTensor, TensorOf } from '../weights/named-tensors.js';
import { emitByteConvolution } from './emit-byte-convolution.js';
import { BLOCK } from './emit-int8-input.js';
import { quantizeFilters } from './quantize-weights.js';
import { BYTE_MAX, type QuantizedValue } from './quantized-value.js';

/** How many times coarser the upper bytes are than the lower ones. */
export const COARSER = 16;

/**
 * Adds the convolution over the pixels and its ReLU. Its values reach far, but the normalization after it
 * raises the small ones, so each comes in two bytes: the lower one from 0 to 255 steps, the upper one, in steps
 * 16 times as long, what is above. Both keep the order of values, so a max pool may take each alone.
 *
 * Its 7 × 7 filters of stride 2 are 4 × 4 filters over blocks of 2 × 2 pixels. The byte that stands for zero,
 * and pads, is one for all colours: the middle of their means. What that lacks to each mean is in the bias.
 *
 * @param input of `emitInt8Input`
 * @param range the largest value kept
 * @returns uint8 [N, size / 2, size / 2, 2 · outputs]: the lower bytes, then the upper; the scale is the lower's
 */
export function emitPixelConvolution(
  graph: GraphBuilder,
  input: QuantizedValue,
  { name, kernel, stride }: Convolution,
  { input: { channels, mean } }: Architecture,
  tensor: TensorOf,
  range: number,
): QuantizedValue {
  if (stride !== BLOCK || kernel % 4 !== 3) {
    throw new RangeError(`Expected ${name} to have 3×3 or 7×7 filters of stride ${BLOCK}`);
  }
  const means = PIXEL_CHANNELS.map((colour) => mean[channels.indexOf(colour)] ?? 0);
  const inputZero = Math.round((Math.min(...means) + Math.max(...means)) / 2);
  const scale = Math.fround(range / (BYTE_MAX * (1 + COARSER)));

  const { shape, data, scales } = quantizeFilters(overBlocks(tensor(weightName(name))));
  const [outputs = 0, inputs = 0, side = 0] = shape;
  const doubled = new Int8Array(2 * data.length);
  doubled.set(data);
  doubled.set(data, data.length);
  const steps = new Float32Array(2 * outputs);
  const bias = new Int32Array(2 * outputs);
  const biases = tensor(biasName(name)).data;
  for (const [output, step] of scales.entries()) {
    const filter = data.subarray(
      output * inputs * side * side,
      (output + 1) * inputs * side * side,
    );
    const shift = filter.reduce((sum, value, at) => {
      const colour = Math.floor(at / (side * side)) % means.length;
      return sum + value * (inputZero - (means[colour] ?? 0));
    }, 0);
    const whole = (biases[output] ?? 0) / step + shift;
    steps[output] = step;
    bias[output] = Math.round(whole);
    steps[outputs + output] = step / COARSER;
    bias[outputs + output] = Math.round(whole - (BYTE_MAX * scale) / step);
  }
  const reach = Math.floor(kernel / 2);
  const before = Math.ceil(reach / BLOCK);
  const after = side - 1 - before;
  return emitByteConvolution(graph, input, {
    output: `${name}/output`,
    filters: { shape: [2 * outputs, inputs, side, side], data: doubled, scales: steps },
    bias,
    pads: [before, before, after, after],
    stride: 1,
    scale,
    inputZero,
  });
}

/**
 * Filters over blocks of 2 × 2 pixels from filters over pixels, a row and a column of zeros before them:
 * [out, 3, 7, 7] becomes [out, 12, 4, 4].
 */
function overBlocks({ shape, data }: NamedTensor): NamedTensor {
  const [outputs = 0, channels = 0, kernel = 0] = shape;
  const side = (kernel + 1) / BLOCK;
  const inputs = channels * BLOCK * BLOCK;
  const blocks = new Float32Array(outputs * inputs * side * side);
  for (const [from, value] of data.entries()) {
    const column = (from % kernel) + 1;
    const row = (Math.floor(from / kernel) % kernel) + 1;
    const channel = Math.floor(from / (kernel * kernel)) % channels;
    const output = Math.floor(from / (kernel * kernel * channels));
    const place = (row % BLOCK) * BLOCK + (column % BLOCK);
    const input = output * inputs + place * channels + channel;
    const [down, along] = [Math.floor(row / BLOCK), Math.floor(column / BLOCK)];
    blocks[(input * side + down) * side + along] = value;
  }
  return { shape: [outputs, inputs, side, side], data: blocks };
}

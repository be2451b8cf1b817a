import type { NamedTensor } from '../weights/named-tensors.js';

/** Filters in whole numbers: value ≈ data · scale of its output channel. */
export interface QuantizedFilters {
  /** As the filters': [out, in, height, width]. */
  readonly shape: readonly number[];
  /** From −127 to 127, so that zero is zero and the range is the same on both sides. */
  readonly data: Int8Array<ArrayBuffer>;
  /** One an output channel. */
  readonly scales: Float32Array<ArrayBuffer>;
}

const LARGEST = 127;
const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/**
 * Quantizes filters symmetrically, each output channel by its own scale (Wu et al. 2020, arXiv 2004.09602,
 * section 3.2): 127 is its largest value, or the largest sum of two values of one sign that lie in
 * neighbouring input channels, 0 and 1, 2 and 3, and so on.
 *
 * The sum is for CPUs without VNNI: they multiply bytes by `vpmaddubsw`, which adds the products of such a
 * pair in 16 bits and cuts off what does not fit. 255 · 128 does. So every CPU gives the same scores.
 *
 * A channel of zeros has the scale 1.
 */
export function quantizeFilters({ shape, data }: NamedTensor): QuantizedFilters {
  const [outputs = 0, inputs = 0] = shape;
  const each = data.length / outputs;
  const whole = new Int8Array(data.length);
  const scales = new Float32Array(outputs);
  for (let output = 0; output < outputs; output += 1) {
    const filter = data.subarray(output * each, (output + 1) * each);
    // Too small a value has no scale in float32.
    const scale = Math.fround(reach(filter, each / inputs) / LARGEST) || 1;
    scales[output] = scale;
    for (const [at, value] of filter.entries()) {
      const steps = Math.round(value / scale);
      whole[output * each + at] = Math.max(-LARGEST, Math.min(LARGEST, steps));
    }
  }
  return { shape, data: whole, scales };
}

/** The largest value of a filter, either sign, alone or added to its neighbour of the same sign. */
function reach(filter: Float32Array, plane: number): number {
  let most = 0;
  for (const [at, value] of filter.entries()) {
    const isFirst = Math.floor(at / plane) % 2 === 0;
    const next = isFirst ? (filter[at + plane] ?? 0) : 0;
    const together = value * next > 0 ? value + next : value;
    most = Math.max(most, Math.abs(together), Math.abs(next));
  }
  return most;
}

/**
 * Biases as the sums of products are counted: in steps of the input's scale times the filter's.
 *
 * @param scales the filters', one an output channel
 */
export function quantizeBias(
  bias: Float32Array,
  inputScale: number,
  scales: Float32Array,
): Int32Array<ArrayBuffer> {
  return Int32Array.from(bias, (value, output) => {
    const steps = Math.round(value / (inputScale * (scales[output] ?? 1)));
    return Math.max(INT32_MIN, Math.min(INT32_MAX, steps));
  });
}

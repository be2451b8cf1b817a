import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NamedTensor } from '../weights/named-tensors.js';
import { quantizeBias, quantizeFilters } from './quantize-weights.js';

const sizes = fc.record({
  outputs: fc.integer({ min: 1, max: 4 }),
  inputs: fc.integer({ min: 1, max: 5 }),
  kernel: fc.constantFrom(1, 3),
});

/** Filters of few channels; a weight in ten is 0, others reach over many powers of ten. */
const filters: fc.Arbitrary<NamedTensor> = sizes.chain(({ outputs, inputs, kernel }) => {
  const count = outputs * inputs * kernel * kernel;
  const weight = fc.oneof(
    { weight: 9, arbitrary: fc.float({ min: -8, max: 8, noNaN: true }) },
    { weight: 1, arbitrary: fc.constant(0) },
  );
  return fc.array(weight, { minLength: count, maxLength: count }).map((values) => ({
    shape: [outputs, inputs, kernel, kernel],
    data: Float32Array.from(values),
  }));
});

describe('quantizeFilters', () => {
  it('keeps each weight to half a step of its output channel', () => {
    fc.assert(
      fc.property(filters, (tensor) => {
        const { data, scales } = quantizeFilters(tensor);
        const each = tensor.data.length / scales.length;
        for (const [at, weight] of tensor.data.entries()) {
          const scale = scales[Math.floor(at / each)]!;
          expect(Math.abs(data[at]! * scale - weight)).toBeLessThanOrEqual(0.5001 * scale);
        }
      }),
    );
  });

  it('gives each output channel a scale of its own, and each its whole range', () => {
    const data = Float32Array.of(1, 0, -0.5, 0, 100, 0, 0, 0, 1e-3, -1e-3, 0, 0);
    const quantized = quantizeFilters({ shape: [3, 4, 1, 1], data });
    expect([...quantized.data]).toEqual([127, 0, -64, 0, 127, 0, 0, 0, 127, -127, 0, 0]);
    expect(quantized.scales[1]).toBeCloseTo(100 / 127, 5);
    expect(quantized.shape).toEqual([3, 4, 1, 1]);
  });

  it('lets the products of any two neighbouring channels fit in 16 bits', () => {
    fc.assert(
      fc.property(filters, ({ shape, data }) => {
        const [outputs = 0, inputs = 0, rows = 0, columns = 0] = shape;
        const plane = rows * columns;
        const quantized = quantizeFilters({ shape, data }).data;
        for (let output = 0; output < outputs; output += 1) {
          for (let input = 0; input + 1 < inputs; input += 2) {
            for (let place = 0; place < plane; place += 1) {
              const at = (output * inputs + input) * plane + place;
              // Bytes that bring out the most of either sign.
              const pair = [quantized[at]!, quantized[at + plane]!];
              const most = pair.reduce((sum, value) => sum + 255 * Math.max(0, value), 0);
              const least = pair.reduce((sum, value) => sum + 255 * Math.min(0, value), 0);
              expect(most).toBeLessThanOrEqual(32_767);
              expect(least).toBeGreaterThanOrEqual(-32_768);
            }
          }
        }
      }),
    );
  });

  it('takes filters of zeros, and ones too small for a scale', () => {
    const data = Float32Array.of(0, 0, 1e-45, 0);
    const quantized = quantizeFilters({ shape: [2, 2, 1, 1], data });
    expect([...quantized.data]).toEqual([0, 0, 0, 0]);
    expect([...quantized.scales]).toEqual([1, 1]);
  });
});

describe('quantizeBias', () => {
  it('counts in steps of the sums of products', () => {
    const steps = quantizeBias(Float32Array.of(3, -1), 0.5, Float32Array.of(0.25, 0.125));
    expect([...steps]).toEqual([24, -16]);
  });

  it('stays within 32 bits', () => {
    const steps = quantizeBias(Float32Array.of(1e9, -1e9), 1e-3, Float32Array.of(1e-3, 1e-3));
    expect([...steps]).toEqual([2 ** 31 - 1, -(2 ** 31)]);
  });
});

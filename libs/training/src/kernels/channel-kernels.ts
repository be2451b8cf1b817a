import * as tf from '@tensorflow/tfjs-core';
import type { HeapBackend } from './heap-backend.js';

const SUMS = 'ChannelSums';
const MIX = 'ChannelMix';

/**
 * Sums over all but the last axis: of the first tensor, and of the product of both, each [channels].
 * One pass in double precision on WebAssembly, whose own sums transpose first; the backend's operations elsewhere.
 */
export function channelSums(
  a: tf.Tensor,
  b: tf.Tensor,
): [sums: tf.Tensor1D, products: tf.Tensor1D] {
  if (isRegistered(SUMS)) {
    const [sums, products] = tf.engine().runKernel<tf.Tensor1D[]>(SUMS, { a, b });
    return [sums as tf.Tensor1D, products as tf.Tensor1D];
  }
  const axes = a.shape.slice(0, -1).map((_, axis) => axis);
  return [tf.sum(a, axes), tf.sum(tf.mul(a, b), axes)];
}

/** a · p + b · q + r, where p, q and r hold a number for each channel. */
export function channelMix<T extends tf.Tensor>(
  a: T,
  p: tf.Tensor1D,
  b: T,
  q: tf.Tensor1D,
  r: tf.Tensor1D,
): T {
  if (isRegistered(MIX)) return tf.engine().runKernel(MIX, { a, p, b, q, r });
  return tf.add(tf.add(tf.mul(a, p), tf.mul(b, q)), r);
}

function isRegistered(kernelName: string): boolean {
  return (tf.getKernel(kernelName, tf.getBackend()) as tf.KernelConfig | undefined) !== undefined;
}

type Inputs = Record<'a' | 'b' | 'p' | 'q' | 'r', tf.TensorInfo>;

/** The kernels for WebAssembly. */
export const CHANNEL_KERNELS: readonly tf.KernelConfig[] = [
  {
    kernelName: SUMS,
    backendName: 'wasm',
    kernelFunc({ inputs, backend }) {
      const { a, b } = inputs as Inputs;
      const heap = backend as HeapBackend;
      const channels = a.shape.at(-1) ?? 1;
      const [sums, products] = [new Float64Array(channels), new Float64Array(channels)];
      const outputs = [
        heap.makeOutput([channels], 'float32'),
        heap.makeOutput([channels], 'float32'),
      ] as const;
      addUp(heap.typedArrayFromHeap(a), heap.typedArrayFromHeap(b), sums, products);
      heap.typedArrayFromHeap(outputs[0]).set(sums);
      heap.typedArrayFromHeap(outputs[1]).set(products);
      return [...outputs];
    },
  },
  {
    kernelName: MIX,
    backendName: 'wasm',
    kernelFunc({ inputs, backend }) {
      const { a, b, p, q, r } = inputs as Inputs;
      const heap = backend as HeapBackend;
      const output = heap.makeOutput(a.shape, 'float32');
      const [x, y, out] = [a, b, output].map((tensor) => heap.typedArrayFromHeap(tensor)) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const [ofX, ofY, constant] = [p, q, r].map((tensor) => heap.typedArrayFromHeap(tensor)) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      mix(x, ofX, y, ofY, constant, out);
      return output;
    },
  },
];

function addUp(a: Float32Array, b: Float32Array, sums: Float64Array, products: Float64Array): void {
  const channels = sums.length;
  for (let row = 0; row < a.length; row += channels) {
    for (let c = 0; c < channels; c++) {
      const value = a[row + c] as number;
      sums[c] = (sums[c] as number) + value;
      products[c] = (products[c] as number) + value * (b[row + c] as number);
    }
  }
}

function mix(
  a: Float32Array,
  p: Float32Array,
  b: Float32Array,
  q: Float32Array,
  r: Float32Array,
  out: Float32Array,
): void {
  const channels = r.length;
  for (let row = 0; row < out.length; row += channels) {
    for (let c = 0; c < channels; c++) {
      const i = row + c;
      out[i] =
        (a[i] as number) * (p[c] as number) +
        (b[i] as number) * (q[c] as number) +
        (r[c] as number);
    }
  }
}

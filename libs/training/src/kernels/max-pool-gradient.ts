import * as tf from '@tensorflow/tfjs-core';
import type { HeapBackend } from './heap-backend.js';

/**
 * The gradient of a max pool, `MaxPoolGrad`, for WebAssembly: each window hands its gradient to the first of its
 * values that is the largest. The library's kernel goes astray where windows reach over the edge (it reads
 * neighbours from other rows), and takes ten times as long.
 */
export const maxPoolGradient: tf.KernelConfig = {
  kernelName: tf.MaxPoolGrad,
  backendName: 'wasm',
  kernelFunc({ inputs, backend, attrs }) {
    const { dy, input, output } = inputs as Record<'dy' | 'input' | 'output', tf.TensorInfo>;
    const { filterSize, strides, pad, dimRoundingMode } = attrs as object as tf.MaxPoolGradAttrs;
    const info = tf.backend_util.computePool2DInfo(
      input.shape as [number, number, number, number],
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const heap = backend as HeapBackend;
    const gradient = heap.makeOutput(input.shape, 'float32');
    scatter(
      heap.typedArrayFromHeap(dy),
      heap.typedArrayFromHeap(input),
      heap.typedArrayFromHeap(output),
      heap.typedArrayFromHeap(gradient).fill(0),
      info,
    );
    return gradient;
  },
};

/** Adds each output's gradient to where its value came from. */
function scatter(
  dy: Float32Array,
  x: Float32Array,
  y: Float32Array,
  dx: Float32Array,
  info: tf.backend_util.Conv2DInfo,
): void {
  const { batchSize, outHeight, outWidth, inHeight, inWidth, inChannels: channels } = info;
  const { strideHeight, strideWidth, filterHeight, filterWidth, padInfo } = info;
  const offsets = new Int32Array(filterHeight * filterWidth);
  let at = 0;
  for (let picture = 0; picture < batchSize; picture++) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * strideHeight - padInfo.top;
      for (let column = 0; column < outWidth; column++) {
        const left = column * strideWidth - padInfo.left;
        let count = 0;
        for (let i = Math.max(0, top); i < Math.min(inHeight, top + filterHeight); i++) {
          for (let j = Math.max(0, left); j < Math.min(inWidth, left + filterWidth); j++) {
            offsets[count++] = ((picture * inHeight + i) * inWidth + j) * channels;
          }
        }
        for (let channel = 0; channel < channels; channel++, at++) {
          const largest = y[at];
          for (let k = 0; k < count; k++) {
            const source = (offsets[k] as number) + channel;
            if (x[source] === largest) {
              dx[source] = (dx[source] as number) + (dy[at] as number);
              break;
            }
          }
        }
      }
    }
  }
}

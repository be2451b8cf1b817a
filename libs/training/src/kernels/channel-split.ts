import * as tf from '@tensorflow/tfjs-core';
import type { HeapBackend } from './heap-backend.js';

/**
 * The parts of a tensor, `SplitV`, for WebAssembly: along the channels, where inception modules put theirs one
 * after the other, by one pass over the values. The library makes a view of each row of each part, which takes
 * ten times as long. Other axes go to the library.
 *
 * @param stock the library's kernel
 */
export function channelSplit(stock: tf.KernelConfig): tf.KernelConfig {
  return {
    ...stock,
    kernelFunc(call) {
      const { x } = call.inputs as { x: tf.TensorInfo };
      const { axis, numOrSizeSplits: widths } = call.attrs as object as tf.SplitVAttrs;
      const last = x.shape.length - 1;
      const [at] = tf.util.parseAxisParam(axis, x.shape);
      // A number stands for so many equal parts, and a width of −1 for what is left.
      const isOurs = Array.isArray(widths) && !widths.includes(-1) && x.dtype === 'float32';
      if (at !== last || !isOurs) return stock.kernelFunc(call);
      const heap = call.backend as HeapBackend;
      const parts = widths.map((width) =>
        heap.makeOutput([...x.shape.slice(0, -1), width], 'float32'),
      );
      const values = heap.typedArrayFromHeap(x);
      let start = 0;
      for (const [i, part] of parts.entries()) {
        copyColumns(
          values,
          x.shape[last] ?? 1,
          start,
          heap.typedArrayFromHeap(part),
          widths[i] ?? 0,
        );
        start += widths[i] ?? 0;
      }
      return parts;
    },
  };
}

/** Fills a part with its columns of each row. */
function copyColumns(
  values: Float32Array,
  rowLength: number,
  start: number,
  part: Float32Array,
  width: number,
): void {
  let to = 0;
  for (let row = start; to < part.length; row += rowLength) {
    for (let column = 0; column < width; column++) part[to++] = values[row + column] as number;
  }
}

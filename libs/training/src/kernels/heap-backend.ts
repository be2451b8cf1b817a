import type * as tf from '@tensorflow/tfjs-core';

/** What a kernel of our own needs of the WebAssembly backend. */
export interface HeapBackend {
  /** A tensor not yet filled. */
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  /** The values where they lie; the view goes stale when the heap grows, so make outputs first. */
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
}

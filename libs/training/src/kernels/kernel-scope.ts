import * as tf from '@tensorflow/tfjs-core';

/** What a kernel needs of its backend beside other kernels. */
interface DataOwner {
  disposeData(dataId: object): boolean;
}

/** Runs a kernel of the same backend, by name, or one of our own that has none. */
export type RunKernel = (
  kernel: string | tf.KernelFunc,
  inputs: tf.NamedTensorInfoMap,
  attrs: object,
) => tf.TensorInfo;

/**
 * A kernel made of kernels that the backend has: values in between are freed, the last one is the result.
 *
 * @param compose makes the result from what `run` gives
 */
export function composeKernel(
  backendName: string,
  backend: object,
  compose: (run: RunKernel) => tf.TensorInfo,
): tf.TensorInfo {
  const owner = backend as DataOwner;
  // A kernel with nothing to do gives its input back, counted once more: hence a list, not a set.
  const made: object[] = [];
  const result = compose((kernel, inputs, attrs) => {
    const compute =
      typeof kernel === 'string' ? tf.getKernel(kernel, backendName).kernelFunc : kernel;
    const output = compute({ inputs, backend, attrs: attrs as tf.NamedAttrMap });
    if (Array.isArray(output)) throw new Error('Expected a kernel of one output');
    made.push(output.dataId);
    return output;
  });
  made.splice(made.lastIndexOf(result.dataId), 1);
  for (const dataId of made) owner.disposeData(dataId);
  return result;
}

/** The same values as a tensor of another shape of as many. */
export function reshaped(tensor: tf.TensorInfo, shape: number[]): tf.TensorInfo {
  return { dataId: tensor.dataId, dtype: tensor.dtype, shape };
}

import * as tf from '@tensorflow/tfjs-core';

/** What a kernel needs of its backend beside other kernels. */
interface DataOwner {
  disposeData(dataId: object): boolean;
}

/** Runs a kernel of the same backend by name. */
export type RunKernel = (
  name: string,
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
  const result = compose((name, inputs, attrs) => {
    const kernel = tf.getKernel(name, backendName);
    const output = kernel.kernelFunc({ inputs, backend, attrs: attrs as tf.NamedAttrMap });
    if (Array.isArray(output)) throw new Error(`Expected one output of the kernel ${name}`);
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

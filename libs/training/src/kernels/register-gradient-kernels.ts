import * as tf from '@tensorflow/tfjs-core';
import { channelSplit } from './channel-split.js';
import { convolutionFilterGradient } from './convolution-filter-gradient.js';
import { convolutionInputGradient } from './convolution-input-gradient.js';
import { maxPoolGradient } from './max-pool-gradient.js';
import { registerOperationGradients } from './operation-gradients.js';

/**
 * Makes TensorFlow.js differentiate GoogLeNet: registers the gradients of its operations, and for WebAssembly the
 * kernels that they run on: one is missing there, one is wrong, and some are slow. Other
 * backends keep their kernels. Call it once the runtime is started; calling it again does nothing.
 */
export function registerGradientKernels(): void {
  registerOperationGradients();
  if (isKnown(tf.Conv2DBackpropFilter) || !isKnown(tf.Conv2D)) return;
  tf.registerKernel(convolutionFilterGradient);
  replaceKernel(tf.Conv2DBackpropInput, convolutionInputGradient);
  replaceKernel(tf.MaxPoolGrad, () => maxPoolGradient);
  replaceKernel(tf.SplitV, channelSplit);
}

function isKnown(kernelName: string): boolean {
  return (tf.getKernel(kernelName, 'wasm') as tf.KernelConfig | undefined) !== undefined;
}

function replaceKernel(
  kernelName: string,
  replace: (stock: tf.KernelConfig) => tf.KernelConfig,
): void {
  const stock = tf.getKernel(kernelName, 'wasm');
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel(replace(stock));
}

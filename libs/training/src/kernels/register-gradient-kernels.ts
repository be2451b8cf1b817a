import * as tf from '@tensorflow/tfjs-core';
import { convolutionFilterGradient } from './convolution-filter-gradient.js';
import { convolutionInputGradient } from './convolution-input-gradient.js';
import { maxPoolGradient } from './max-pool-gradient.js';
import { registerOperationGradients } from './operation-gradients.js';

/**
 * Makes TensorFlow.js differentiate GoogLeNet: registers the gradients of its operations, and for WebAssembly the
 * kernels that gradients of convolutions run on (one that is missing there, and a faster one for another). Other
 * backends keep their kernels. Call it once the runtime is started; calling it again does nothing.
 */
export function registerGradientKernels(): void {
  registerOperationGradients();
  const stock = tf.getKernel(tf.Conv2DBackpropInput, 'wasm') as tf.KernelConfig | undefined;
  const known = tf.getKernel(tf.Conv2DBackpropFilter, 'wasm') as tf.KernelConfig | undefined;
  if (stock === undefined || known !== undefined) return;
  tf.registerKernel(convolutionFilterGradient);
  tf.unregisterKernel(tf.MaxPoolGrad, 'wasm');
  tf.registerKernel(maxPoolGradient);
  tf.unregisterKernel(tf.Conv2DBackpropInput, 'wasm');
  tf.registerKernel(convolutionInputGradient(stock));
}

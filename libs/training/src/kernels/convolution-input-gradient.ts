import * as tf from '@tensorflow/tfjs-core';
import type { HeapBackend } from './heap-backend.js';
import { composeKernel } from './kernel-scope.js';

/**
 * The gradient of a convolution's input, `Conv2DBackpropInput`, for WebAssembly: with stride 1 a convolution of
 * the output's gradient with the filters turned around, many times faster than the library's loop. Other strides
 * go to that loop.
 *
 * @param stock the library's kernel
 */
export function convolutionInputGradient(stock: tf.KernelConfig): tf.KernelConfig {
  return {
    ...stock,
    kernelFunc(call) {
      const { dy, filter } = call.inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
      const { strides, pad, dataFormat, dimRoundingMode, inputShape } =
        call.attrs as unknown as tf.Conv2DBackpropInputAttrs;
      const format = tf.backend_util.convertConv2DDataFormat(dataFormat);
      const info = tf.backend_util.computeConv2DInfo(
        inputShape,
        filter.shape as [number, number, number, number],
        strides,
        1,
        pad,
        dimRoundingMode,
        false,
        format,
      );
      const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
      if (strideHeight * strideWidth !== 1) return stock.kernelFunc(call);
      return composeKernel('wasm', call.backend, (run) => {
        const turned =
          filterHeight * filterWidth === 1 ? filter : run(turnFilters, { x: filter }, {});
        return run(
          tf.Conv2D,
          { x: dy, filter: run(tf.Transpose, { x: turned }, { perm: [0, 1, 3, 2] }) },
          {
            strides: 1,
            pad: [
              [0, 0],
              [filterHeight - 1 - padInfo.top, filterHeight - 1 - padInfo.bottom],
              [filterWidth - 1 - padInfo.left, filterWidth - 1 - padInfo.right],
              [0, 0],
            ],
            dataFormat: 'NHWC',
            dilations: 1,
          },
        );
      });
    },
  };
}

/** Filters turned by half a turn: their places, [height · width], in reverse. */
function turnFilters({ inputs, backend }: Parameters<tf.KernelFunc>[0]): tf.TensorInfo {
  const { x } = inputs as { x: tf.TensorInfo };
  const heap = backend as HeapBackend;
  const output = heap.makeOutput(x.shape, 'float32');
  const [from, to] = [heap.typedArrayFromHeap(x), heap.typedArrayFromHeap(output)];
  const place = from.length / ((x.shape[0] ?? 1) * (x.shape[1] ?? 1));
  for (let at = 0; at < from.length; at += place) {
    to.set(from.subarray(at, at + place), from.length - at - place);
  }
  return output;
}

import * as tf from '@tensorflow/tfjs-core';
import { composeKernel, reshaped, type RunKernel } from './kernel-scope.js';

type Info = tf.backend_util.Conv2DInfo;

/**
 * The gradient of a convolution's filters, `Conv2DBackpropFilter`, which TensorFlow.js has no kernel of for
 * WebAssembly: itself a convolution, of the input with its batch as channels and its channels as batch. The
 * output's gradient is the filter, and the stride becomes the dilation.
 */
export const convolutionFilterGradient: tf.KernelConfig = {
  kernelName: tf.Conv2DBackpropFilter,
  backendName: 'wasm',
  kernelFunc({ inputs, backend, attrs }) {
    const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
    const { strides, pad, dataFormat, dimRoundingMode, filterShape } =
      attrs as unknown as tf.Conv2DBackpropFilterAttrs;
    const info = tf.backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      filterShape,
      strides,
      1,
      pad,
      dimRoundingMode,
      false,
      tf.backend_util.convertConv2DDataFormat(dataFormat),
    );
    return composeKernel('wasm', backend, (run) =>
      isPointwise(info) ? pointwise(run, x, dy, info) : swapped(run, x, dy, info),
    );
  },
};

/** Whether each output comes of one pixel of the input, which then is a product of matrices. */
function isPointwise(info: Info): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  const padding = padInfo.top + padInfo.bottom + padInfo.left + padInfo.right;
  return filterHeight * filterWidth * strideHeight * strideWidth === 1 && padding === 0;
}

/** The product of the transposed input with the gradient, as a 1×1 convolution: those are faster than products. */
function pointwise(run: RunKernel, x: tf.TensorInfo, dy: tf.TensorInfo, info: Info): tf.TensorInfo {
  const { inChannels, outChannels, batchSize, inHeight, inWidth } = info;
  const pixels = batchSize * inHeight * inWidth;
  const columns = run(tf.Transpose, { x: reshaped(x, [pixels, inChannels]) }, { perm: [1, 0] });
  return run(
    tf.Conv2D,
    {
      x: reshaped(columns, [1, 1, inChannels, pixels]),
      filter: reshaped(dy, [1, 1, pixels, outChannels]),
    },
    convolutionOf([0, 0], [0, 0], [1, 1]),
  );
}

function swapped(run: RunKernel, x: tf.TensorInfo, dy: tf.TensorInfo, info: Info): tf.TensorInfo {
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  const rows = span(info.inHeight, info.outHeight, filterHeight, strideHeight, padInfo.top);
  const columns = span(info.inWidth, info.outWidth, filterWidth, strideWidth, padInfo.left);
  const isWhole = rows.used === info.inHeight && columns.used === info.inWidth;
  const pictures = run(tf.Transpose, { x }, { perm: [3, 1, 2, 0] });
  const size = [info.inChannels, rows.used, columns.used, info.batchSize];
  const made = run(
    tf.Conv2D,
    {
      x: isWhole ? pictures : run(tf.Slice, { x: pictures }, { begin: [0, 0, 0, 0], size }),
      filter: run(tf.Transpose, { x: dy }, { perm: [1, 2, 0, 3] }),
    },
    convolutionOf(
      [padInfo.top, rows.after],
      [padInfo.left, columns.after],
      [strideHeight, strideWidth],
    ),
  );
  return run(tf.Transpose, { x: made }, { perm: [1, 2, 0, 3] });
}

/** How much of a side the windows reach, and how far they reach over its end. */
function span(
  size: number,
  windows: number,
  kernel: number,
  stride: number,
  before: number,
): { used: number; after: number } {
  const reach = (windows - 1) * stride + kernel - before;
  return { used: Math.min(size, reach), after: Math.max(0, reach - size) };
}

function convolutionOf(
  rows: [number, number],
  columns: [number, number],
  dilations: [number, number],
): tf.Conv2DAttrs {
  return {
    strides: 1,
    pad: [[0, 0], rows, columns, [0, 0]],
    dataFormat: 'NHWC',
    dilations,
  };
}

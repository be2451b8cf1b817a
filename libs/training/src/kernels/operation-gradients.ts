import * as tf from '@tensorflow/tfjs-core';
import { channelMeans } from './channels.js';

/** The gradient of each input of an operation, made when asked for. */
type InputGradients = Record<string, () => tf.Tensor>;

/** Gradients of an operation of two inputs whose shapes broadcast, each from the output's, before it is summed. */
function broadcasting(
  kernelName: string,
  ofFirst: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  ofSecond: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
): tf.GradConfig {
  return gradientOf(kernelName, ['a', 'b'], [], (dy, [a, b]) => ({
    a: () => summedTo(ofFirst(dy, a, b), a.shape),
    b: () => summedTo(ofSecond(dy, a, b), b.shape),
  }));
}

/** Sums over what broadcasting spread. */
function summedTo(gradient: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  if (gradient.rank === 4 && axes.join() === '0,1,2') {
    const means = channelMeans(gradient as tf.Tensor4D);
    return tf.reshape(tf.mul(means, gradient.size / means.size), shape);
  }
  return tf.reshape(axes.length === 0 ? gradient : tf.sum(gradient, axes), shape);
}

/** Spreads a gradient over the axes that were summed away. */
function spread(dy: tf.Tensor, shape: number[], attributes: object): tf.Tensor {
  const { axis } = attributes as tf.SumAttrs;
  const axes = tf.util.parseAxisParam(axis, shape);
  const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return tf.mul(tf.reshape(dy, kept), tf.ones(shape));
}

type SavedTensors = [tf.Tensor, tf.Tensor, ...tf.Tensor[]];

function gradientOf(
  kernelName: string,
  inputsToSave: string[],
  outputsToSave: boolean[],
  gradients: (dy: tf.Tensor, saved: SavedTensors, attributes: object) => InputGradients,
): tf.GradConfig {
  return {
    kernelName,
    inputsToSave,
    outputsToSave,
    gradFunc: (dy, saved, attributes) =>
      gradients(dy as tf.Tensor, saved as SavedTensors, attributes),
  };
}

const run = (kernelName: string, inputs: tf.NamedTensorMap, attributes: object): tf.Tensor =>
  tf.engine().runKernel(kernelName, inputs, attributes as tf.NamedAttrMap);

/** Arithmetic and shapes. */
const ARITHMETIC: readonly tf.GradConfig[] = [
  broadcasting(tf.Add, (dy) => dy, (dy) => dy), // prettier-ignore
  broadcasting(tf.Sub, (dy) => dy, (dy) => tf.neg(dy)), // prettier-ignore
  broadcasting(tf.Multiply, (dy, _, b) => tf.mul(dy, b), (dy, a) => tf.mul(dy, a)), // prettier-ignore
  broadcasting(
    tf.RealDiv,
    (dy, _, b) => tf.div(dy, b),
    (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  ),
  gradientOf(tf.Cast, [], [], (dy) => ({ x: () => tf.cast(dy, 'float32') })),
  gradientOf(tf.Square, ['x'], [], (dy, [x]) => ({ x: () => tf.mul(dy, tf.mul(x, 2)) })),
  gradientOf(tf.Neg, [], [], (dy) => ({ x: () => tf.neg(dy) })),
  gradientOf(tf.Identity, [], [], (dy) => ({ x: () => tf.clone(dy) })),
  gradientOf(tf.Reshape, ['x'], [], (dy, [x]) => ({ x: () => tf.reshape(dy, x.shape) })),
  gradientOf(tf.Sum, ['x'], [], (dy, [x], attributes) => ({
    x: () => spread(dy, x.shape, attributes),
  })),
  gradientOf(tf.Mean, ['x'], [], (dy, [x], attributes) => ({
    x: () => tf.mul(spread(dy, x.shape, attributes), dy.size / x.size),
  })),
  gradientOf(tf.BatchMatMul, ['a', 'b'], [], (dy, [a, b], attributes) => {
    const { transposeA, transposeB } = attributes as tf.BatchMatMulAttrs;
    return {
      a: () =>
        transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB),
      b: () =>
        transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false),
    };
  }),
  gradientOf(tf.PadV2, ['x'], [], (dy, [x], attributes) => {
    const begin = (attributes as tf.PadV2Attrs).paddings.map(([before]) => before);
    return { x: () => tf.slice(dy, begin, x.shape) };
  }),
];

/** Layers of a net. */
const LAYERS: readonly tf.GradConfig[] = [
  gradientOf(tf.Relu, [], [true], (dy, [y]) => ({ x: () => tf.mul(dy, tf.step(y)) })),
  {
    kernelName: tf.Concat,
    saveAllInputs: true,
    gradFunc(dy, saved, attributes) {
      const [axis = 0] = tf.util.parseAxisParam(
        attributes['axis'] as number,
        saved[0]?.shape ?? [],
      );
      const sizes = saved.map(({ shape }) => shape[axis] ?? 0);
      const parts = tf.split(dy as tf.Tensor, sizes, axis);
      return Object.fromEntries(parts.map((part, i) => [i, () => part]));
    },
  },
  gradientOf(tf.Conv2D, ['x', 'filter'], [], (dy, [x, filter], attributes) => ({
    x: () => run(tf.Conv2DBackpropInput, { dy, filter }, { ...attributes, inputShape: x.shape }),
    filter: () =>
      run(tf.Conv2DBackpropFilter, { x, dy }, { ...attributes, filterShape: filter.shape }),
  })),
  gradientOf(tf.MaxPool, ['x'], [true], (dy, [x, y], attributes) => ({
    x: () => run(tf.MaxPoolGrad, { dy, input: x, output: y }, attributes),
  })),
  gradientOf(tf.AvgPool, ['x'], [], (dy, [x], attributes) => ({
    x: () => run(tf.AvgPoolGrad, { dy, input: x }, attributes),
  })),
  gradientOf(tf.LRN, ['x'], [true], (dy, [x, y], attributes) => ({
    x: () => run(tf.LRNGrad, { x, y, dy }, attributes),
  })),
];

/**
 * Registers the gradients of the operations that GoogLeNet consists of. TensorFlow.js's core comes without any to
 * Node; where a package that brings its own is loaded, those stay.
 */
export function registerOperationGradients(): void {
  for (const gradient of [...ARITHMETIC, ...LAYERS]) {
    const known = tf.getGradient(gradient.kernelName) as tf.GradConfig | undefined;
    if (known === undefined) tf.registerGradient(gradient);
  }
}

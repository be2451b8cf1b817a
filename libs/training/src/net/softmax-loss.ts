import * as tf from '@tensorflow/tfjs-core';

/**
 * The mean cross-entropy of softmax scores with the true classes, in nats, with a gradient of its own
 * (scores − truth, a division by the count: no logarithm of a small number on the way back).
 *
 * @param logits [N, classes]
 * @param truth [N, classes], 1 for the true class of each, else 0
 */
export function softmaxLoss(logits: tf.Tensor2D, truth: tf.Tensor2D): tf.Scalar {
  const loss = tf.customGrad((...inputs) => {
    const [values, save] = inputs as [tf.Tensor2D, tf.GradSaveFunc];
    const count = values.shape[0];
    const shifted = tf.sub<tf.Tensor2D>(values, tf.max(values, 1, true));
    const exponentials = tf.exp(shifted);
    const sums = tf.sum(exponentials, 1, true);
    const logarithms = tf.sub(shifted, tf.log(sums));
    save([tf.div<tf.Tensor2D>(exponentials, sums)]);
    return {
      value: tf.neg(tf.div(tf.sum(tf.mul(logarithms, truth)), count)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [scores] = saved as [tf.Tensor2D];
        return tf.mul(tf.div(tf.sub(scores, truth), count), dy);
      },
    };
  });
  return loss(logits) as tf.Scalar;
}

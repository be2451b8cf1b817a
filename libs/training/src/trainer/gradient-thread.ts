import { parentPort, workerData } from 'node:worker_threads';
import { loadTfjs } from '@cropline/model/tfjs';
import { registerGradientKernels } from '../kernels/register-gradient-kernels.js';
import { copyInOrder } from '../net/parameters.js';
import { TrainableNet } from '../net/trainable-net.js';
import { disposeOf } from './combine-shares.js';
import { piecesOf, piecewiseGradients } from './piecewise-gradients.js';
import type {
  FromGradientThread,
  GradientThreadSettings,
  ToGradientThread,
} from './gradient-thread-messages.js';

// The entry of a gradient thread: computes the gradients of its share of each batch, with a net of its own.

const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread');
const settings = workerData as GradientThreadSettings;
const tell = (message: FromGradientThread): void => port.postMessage(message);

await loadTfjs();
registerGradientKernels();
const net = new TrainableNet(settings.net);
const pieces = piecesOf(settings.net.architecture);
const parameters = new Float32Array(settings.parameters);
const list = new Float32Array(settings.gradients);

port.on('message', ({ pixels, labels, draw }: ToGradientThread) => {
  net.parameters.copyFrom(parameters);
  const share = { pixels, labels, count: labels.length };
  const made = piecewiseGradients(net, share, pieces, draw);
  const { loss, logits, gradients, statistics } = made;
  copyInOrder(list, net.parameters.trainable, (name) => {
    const gradient = gradients.get(name);
    if (gradient === undefined) throw new Error(`No gradient of ${name}`);
    return gradient;
  });
  tell({
    kind: 'made',
    loss: loss.dataSync<'float32'>()[0] ?? Number.NaN,
    logits: logits.dataSync<'float32'>(),
    statistics: new Map(
      [...statistics].map(([name, value]) => [name, value.dataSync<'float32'>()]),
    ),
  });
  disposeOf(made);
});
tell({ kind: 'ready' });

import { argv } from 'node:process';
import * as tf from '@tensorflow/tfjs-core';
import { loadTfjs, usesGpu } from './load-tfjs.js';
import { TFJS_RUNTIMES } from './tfjs-runtime.js';

// The entry of a process that tries one runtime of TensorFlow.js and says on its last line how that went: a
// native library that does not suit the machine may end the process that loads it.

const runtime = TFJS_RUNTIMES.find((name) => name === argv[2]);
if (runtime === undefined) throw new Error(`Expected a runtime but received ${String(argv[2])}`);
await loadTfjs(runtime);
const [sum] = await tf.sum(tf.ones([2, 2])).data();
if (sum !== 4) throw new Error(`it computes 4 as ${String(sum)}`);
process.stdout.write(`\n${JSON.stringify({ gpu: usesGpu() })}\n`);

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CroplineError } from '@cropline/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

/** What computes for TensorFlow.js. */
export type TfjsRuntime = 'wasm';

/**
 * Starts TensorFlow.js in this thread: WebAssembly, with SIMD where the CPU has it, one thread.
 *
 * @throws CroplineError `BACKEND_UNAVAILABLE` when it cannot be started
 */
export async function loadTfjs(): Promise<TfjsRuntime> {
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(entry), '/'));
  if (await tf.setBackend('wasm')) return 'wasm';
  throw new CroplineError(
    'BACKEND_UNAVAILABLE',
    'Expected TensorFlow.js to start on WebAssembly but it did not: reinstall @tensorflow/tfjs-backend-wasm',
  );
}

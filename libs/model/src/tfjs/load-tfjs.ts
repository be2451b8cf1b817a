import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CroplineError } from '@cropline/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { firstLine } from '../backends/first-line.js';
import { packageOf, TFJS_RUNTIMES, type NativeRuntime, type TfjsRuntime } from './tfjs-runtime.js';

const require = createRequire(import.meta.url);

/**
 * Starts TensorFlow.js in this thread: on the runtime asked for, else on the first of `TFJS_RUNTIMES` that
 * can be started. WebAssembly uses SIMD where the CPU has it, and one thread; the native ones all cores, or
 * the last GPU that they see.
 *
 * @returns what it runs on now
 * @throws CroplineError `BACKEND_UNAVAILABLE` when it cannot be started
 */
export async function loadTfjs(runtime?: TfjsRuntime): Promise<TfjsRuntime> {
  if (runtime !== undefined) return start(runtime);
  for (const candidate of TFJS_RUNTIMES.filter(isInstalled)) {
    try {
      return await start(candidate);
    } catch (error) {
      // Installed, but of no use on this machine: the next one may be. The last one says why it is not.
      if (candidate === 'wasm') throw error;
    }
  }
  return start('wasm');
}

/** Whether a runtime's package is there; it may still not load on this machine. */
export function isInstalled(runtime: TfjsRuntime): boolean {
  if (runtime === 'wasm') return true;
  try {
    require.resolve(packageOf(runtime));
    return true;
  } catch {
    return false;
  }
}

async function start(runtime: TfjsRuntime): Promise<TfjsRuntime> {
  try {
    if (runtime === 'wasm') await startWasm();
    else await startNative(runtime);
    return runtime;
  } catch (cause) {
    throw new CroplineError(
      'BACKEND_UNAVAILABLE',
      `Expected TensorFlow.js to start on ${runtime} but it did not (${firstLine(cause)}): reinstall ${packageOf(runtime)}, and see \`cropline doctor\``,
      { cause },
    );
  }
}

async function startWasm(): Promise<void> {
  const entry = require.resolve(packageOf('wasm'));
  setWasmPaths(join(dirname(entry), '/'));
  if (!(await tf.setBackend('wasm'))) throw new Error('its module was not taken');
}

/** The package registers itself; it shares the engine, which is one a thread, with every copy of tfjs-core. */
async function startNative(runtime: NativeRuntime): Promise<void> {
  // Else it warns that two copies of the library know Node.js, which they do.
  tf.enableProdMode();
  require(packageOf(runtime));
  if (!(await tf.setBackend('tensorflow'))) throw new Error('its library was not taken');
}

/** Whether the native runtime that was started computes on a GPU. */
export function usesGpu(): boolean {
  const backend = tf.backend() as { isUsingGpuDevice?: boolean };
  return backend.isUsingGpuDevice === true;
}

import { cudaIndex, type Device } from '../backends/device.js';
import { probeTfjs, type RuntimeProbe } from './probe-tfjs.js';
import { installOf, type NativeRuntime, type TfjsRuntime } from './tfjs-runtime.js';

type Probe = (runtime: NativeRuntime) => Promise<RuntimeProbe>;

/**
 * The runtime that TensorFlow.js would use on a device: on the CPU the native one where it works, else
 * WebAssembly; on a GPU tfjs-node-gpu, whose absence `tfjsAbsence` tells.
 */
export async function chooseTfjs(device: Device, probe: Probe = probeTfjs): Promise<TfjsRuntime> {
  if (device !== 'cpu') return 'tfjs-node-gpu';
  for (const runtime of ['tfjs-node', 'tfjs-node-gpu'] as const) {
    const found = await probe(runtime);
    // The binding takes a GPU wherever it sees one; it cannot be asked for the CPU.
    if (found.state === 'works' && !found.gpu) return runtime;
  }
  return 'wasm';
}

/**
 * Why TensorFlow.js cannot use a CUDA device: what is missing and how to get it, as the end of a sentence.
 * Null when it can.
 */
export async function tfjsAbsence(
  device: Device,
  probe: Probe = probeTfjs,
): Promise<string | null> {
  const index = cudaIndex(device) ?? 0;
  if (index > 0) {
    return `TensorFlow.js has no way to choose among GPUs: set CUDA_VISIBLE_DEVICES=${index}, and CROPLINE_DEVICE=cuda:0, which is then that one`;
  }
  const found = await probe('tfjs-node-gpu');
  if (found.state === 'works') {
    return found.gpu
      ? null
      : '@tensorflow/tfjs-node-gpu found no GPU that it can use: check the driver, CUDA 11 and cuDNN 8.1 (docs/gpu.md)';
  }
  return found.state === 'absent'
    ? `@tensorflow/tfjs-node-gpu is not installed: ${installOf('tfjs-node-gpu')}`
    : `@tensorflow/tfjs-node-gpu ${found.reason} (docs/gpu.md)`;
}

import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { GraphBuilder } from '../onnx/graph-builder.js';
import { cudaIndex, type Device } from './device.js';
import { firstLine } from './first-line.js';

/** ONNX Runtime's part for NVIDIA GPUs, which its npm package leaves out and its installer fetches. */
const PROVIDER_LIBRARY = 'libonnxruntime_providers_cuda.so';

const INSTALL = 'ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install';

/**
 * Why a CUDA device cannot be used: what is missing and how to get it, as the end of a sentence. Null when
 * it can, which is known only from a session that was made on it.
 */
export async function cudaAbsence(device: Device): Promise<string | null> {
  const { platform, arch } = process;
  if (platform !== 'linux' || arch !== 'x64') {
    return `ONNX Runtime for Node has CUDA on linux/x64 only, and this is ${platform}/${arch}: run on the CPU`;
  }
  const library = join(providerFolder(), PROVIDER_LIBRARY);
  if (!existsSync(library)) {
    return `its library ${PROVIDER_LIBRARY} is not installed: run \`${INSTALL}\` (docs/gpu.md)`;
  }
  if (countNvidiaDevices() === 0) {
    return 'this machine shows no NVIDIA device (/dev/nvidia*): install its driver, or give the container its GPUs';
  }
  return trySession(device);
}

/** Where ONNX Runtime looks for the parts that it loads when asked for. */
function providerFolder(): string {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  return join(dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch);
}

/** How many NVIDIA GPUs this machine shows: a device file each, or one that stands for all of them under WSL. */
export function countNvidiaDevices(): number {
  if (process.platform !== 'linux') return 0;
  return readdirSync('/dev').filter((name) => /^nvidia[0-9]+$/.test(name) || name === 'dxg').length;
}

/** Makes and frees the smallest session there is on a device. */
async function trySession(device: Device): Promise<string | null> {
  const graph = new GraphBuilder();
  const input = graph.input('in', 'float32', [1]);
  graph.output(graph.node('Relu', 'out', [input]), 'float32', [1]);
  try {
    const session = await InferenceSession.create(graph.encode('probe', '1'), {
      executionProviders: [{ name: 'cuda', deviceId: cudaIndex(device) ?? 0 }],
      logSeverityLevel: 4,
    });
    await session.release();
    return null;
  } catch (cause) {
    return `CUDA refused it (${firstLine(cause)}): check the driver, CUDA 12 and cuDNN 9 (docs/gpu.md)`;
  }
}

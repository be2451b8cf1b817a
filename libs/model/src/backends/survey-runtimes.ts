import type { Backend } from '@cropline/contracts';
import { tfjsAbsence } from '../tfjs/choose-tfjs.js';
import { probeTfjs } from '../tfjs/probe-tfjs.js';
import { installOf, packageOf, TFJS_RUNTIMES } from '../tfjs/tfjs-runtime.js';
import { countNvidiaDevices, cudaAbsence } from './cuda-absence.js';
import type { Device } from './device.js';

/** Something that could run a model on this machine, and whether it can. */
export interface SurveyedRuntime {
  readonly backend: Backend;
  /** What computes: `onnxruntime`, or one of `TFJS_RUNTIMES`. */
  readonly runtime: string;
  readonly device: Device;
  /** What is missing and how to get it, as the end of a sentence; null when nothing is. */
  readonly absence: string | null;
}

/**
 * Tries everything that could run a model here, on every device that this machine shows: ONNX Runtime by a
 * session on it, TensorFlow.js in processes of their own. Takes seconds.
 */
export async function surveyRuntimes(): Promise<SurveyedRuntime[]> {
  const gpus = Array.from({ length: Math.max(1, countNvidiaDevices()) }, (_, at) => at);
  const onnx = gpus.map(async (at): Promise<SurveyedRuntime> => {
    const device: Device = `cuda:${at}`;
    return { backend: 'onnx', runtime: 'onnxruntime', device, absence: await cudaAbsence(device) };
  });
  const tfjs = TFJS_RUNTIMES.map(async (runtime): Promise<SurveyedRuntime> => {
    const found = { backend: 'tfjs', runtime } as const;
    if (runtime === 'tfjs-node-gpu') {
      return { ...found, device: 'cuda:0', absence: await tfjsAbsence('cuda:0') };
    }
    const probe = await probeTfjs(runtime);
    if (probe.state === 'works') return { ...found, device: 'cpu', absence: null };
    const absence = `${packageOf(runtime)} ${probe.reason}: ${installOf(runtime)}`;
    return { ...found, device: 'cpu', absence };
  });
  return [
    { backend: 'onnx', runtime: 'onnxruntime', device: 'cpu', absence: null },
    ...(await Promise.all(onnx)),
    ...(await Promise.all(tfjs)),
  ];
}

import { CroplineError, type Backend, type Precision } from '@cropline/contracts';
import { chooseTfjs, tfjsAbsence } from '../tfjs/choose-tfjs.js';
import type { TfjsRuntime } from '../tfjs/tfjs-runtime.js';
import { checkPrecision } from './check-precision.js';
import { cudaAbsence } from './cuda-absence.js';
import type { Device } from './device.js';
import { parseDevice } from './parse-device.js';
import { resolveDevice } from './resolve-device.js';

/** What a person may choose of where inference runs. */
export interface PlacementSettings {
  readonly backend: Backend;
  /** `auto`, `cpu` or `cuda:N`. */
  readonly device: string;
  readonly precision: Precision;
}

/** Where inference runs. */
export interface Placement {
  readonly device: Device;
  /** What computes for TensorFlow.js; null with ONNX Runtime. */
  readonly tfjs: TfjsRuntime | null;
}

/**
 * Finds the device and the runtime that settings ask for, and refuses what they cannot do, before anything
 * is fetched or loaded.
 *
 * @throws CroplineError `DEVICE_UNKNOWN`, `DEVICE_UNAVAILABLE`, `PRECISION_UNSUPPORTED`
 */
export async function placeInference({
  backend,
  device: wanted,
  precision,
}: PlacementSettings): Promise<Placement> {
  const request = parseDevice(wanted);
  if (backend === 'onnx') {
    const device = await resolveDevice(request, cudaAbsence);
    checkPrecision(precision, device);
    return { device, tfjs: null };
  }
  if (precision !== 'fp32') {
    throw new CroplineError(
      'PRECISION_UNSUPPORTED',
      `Expected CROPLINE_PRECISION=fp32 with CROPLINE_BACKEND=tfjs but received ${precision}, which only ONNX Runtime computes with: set CROPLINE_BACKEND=onnx, or CROPLINE_PRECISION=fp32`,
    );
  }
  const device = await resolveDevice(request, tfjsAbsence);
  return { device, tfjs: await chooseTfjs(device) };
}

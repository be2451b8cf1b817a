import { CroplineError } from '@cropline/contracts';
import { cudaAbsence } from './cuda-absence.js';
import type { Device } from './device.js';
import type { DeviceRequest } from './parse-device.js';

/**
 * The device to run on: the one asked for if it is there; for `auto` the first GPU if one can be used,
 * else the CPU.
 *
 * @param absence why a GPU cannot be used, or null when it can
 * @throws CroplineError `DEVICE_UNAVAILABLE` when the one asked for is not there, saying what is missing
 */
export async function resolveDevice(
  request: DeviceRequest,
  absence: (device: Device) => Promise<string | null> = cudaAbsence,
): Promise<Device> {
  if (request === 'cpu') return 'cpu';
  if (request === 'auto') return (await absence('cuda:0')) === null ? 'cuda:0' : 'cpu';
  const reason = await absence(request);
  if (reason === null) return request;
  throw new CroplineError(
    'DEVICE_UNAVAILABLE',
    `Expected to run on ${request} but ${reason}; or set CROPLINE_DEVICE=cpu, or auto to take a GPU only where there is one`,
  );
}

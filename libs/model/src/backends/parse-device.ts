import { CroplineError } from '@cropline/contracts';
import type { Device } from './device.js';

/** What a person may ask for: a device, or the best there is. */
export type DeviceRequest = Device | 'auto';

/**
 * Reads the name of a device: `auto`, `cpu` or `cuda:N`.
 *
 * @throws CroplineError `DEVICE_UNKNOWN`
 */
export function parseDevice(text: string): DeviceRequest {
  if (text === 'auto' || text === 'cpu') return text;
  const number = /^cuda:(0|[1-9][0-9]{0,3})$/.exec(text)?.[1];
  if (number !== undefined) return `cuda:${Number(number)}`;
  throw new CroplineError(
    'DEVICE_UNKNOWN',
    `Expected the device to be auto, cpu or cuda:N (such as cuda:0) but received ${JSON.stringify(text)}`,
  );
}

import { CroplineError, type Precision } from '@cropline/contracts';
import type { Device } from './device.js';

/**
 * Refuses numbers that a device does not compute with, before anything is fetched or loaded for them.
 *
 * ONNX Runtime has the integer kernels that an int8 graph is made for on the CPU alone; on CUDA it would run
 * them one by one between conversions. 16-bit floats are native to GPUs, while on the CPU every operation
 * would be put between conversions.
 *
 * @throws CroplineError `PRECISION_UNSUPPORTED`
 */
export function checkPrecision(precision: Precision, device: Device): void {
  const cpu = device === 'cpu';
  if (precision === 'int8' && !cpu) {
    throw new CroplineError(
      'PRECISION_UNSUPPORTED',
      `Expected CROPLINE_PRECISION=fp32 or fp16 on ${device} but received int8, which runs on the CPU alone: set CROPLINE_DEVICE=cpu to run int8, or CROPLINE_PRECISION=fp16 for the GPU's fastest`,
    );
  }
  if (precision === 'fp16' && cpu) {
    throw new CroplineError(
      'PRECISION_UNSUPPORTED',
      'Expected CROPLINE_PRECISION=fp32 or int8 on cpu but received fp16, which runs on CUDA alone: set CROPLINE_PRECISION=int8 for the fastest on the CPU, or CROPLINE_DEVICE=cuda:0 where there is a GPU',
    );
  }
}

import { CroplineError } from '@cropline/contracts';
import type { PixelSize } from '../crops/crop-plan.js';
import type { CropBatch } from './inference-backend.js';

const CHANNELS = 3;

/**
 * Refuses a batch that does not fit together: a fault of the caller, which no other device would mend.
 *
 * @param size of every picture, in pixels
 * @throws CroplineError `BACKEND_FAILED`
 */
export function checkBatch(
  { pixels, mirrored, count }: CropBatch,
  { width, height }: PixelSize,
): void {
  const bytes = width * height * CHANNELS;
  const fits =
    Number.isSafeInteger(count) &&
    count > 0 &&
    pixels.length === count * bytes &&
    mirrored.length === count;
  if (fits) return;
  throw new CroplineError(
    'BACKEND_FAILED',
    `Expected at least one crop, ${bytes} bytes and one flag each, but received ${count} crops, ${pixels.length} bytes and ${mirrored.length} flags`,
    { retryable: false },
  );
}

/** What a backend says to whoever runs it before it is loaded, or after it was disposed of. */
export function notLoaded(): CroplineError {
  return new CroplineError(
    'BACKEND_FAILED',
    'Expected a loaded backend but it is not loaded, or was disposed of: call load() first',
    { retryable: false },
  );
}

import { CroplineError } from '@cropline/contracts';

/** What a picture may take to be decoded, in bytes, beside what a process has of its own. */
const FOR_A_PICTURE = 64 * 2 ** 20;

/**
 * Whether the system still gives this process memory. A decoder that was refused some fails as it does over a
 * damaged image, and says nothing that tells the two apart.
 */
export function hasMemoryLeft(): boolean {
  try {
    Buffer.allocUnsafeSlow(FOR_A_PICTURE);
    return true;
  } catch {
    return false;
  }
}

/** Whether something failed for want of memory, as far as it says so. */
export function isWantOfMemory(error: unknown): boolean {
  if (error instanceof CroplineError) return error.code === 'MEMORY_EXHAUSTED';
  return error instanceof RangeError && /allocation failed/i.test(error.message);
}

/** The process has no memory left: no image fails for that. */
export function memoryExhausted(cause: unknown): CroplineError {
  return new CroplineError(
    'MEMORY_EXHAUSTED',
    'Expected the system to give this process memory to decode an image, but it gives no more. Allow it more, or have it do less at once.',
    { cause },
  );
}

import { availableParallelism } from 'node:os';
import { CroplineError } from '@cropline/contracts';
import { mapInOrder } from '../item/map-in-order.js';

/** Images to calibrate with, by their names: they are read one after the other, some of them twice. */
export interface CalibrationImages {
  readonly names: Iterable<string> | AsyncIterable<string>;
  /** The bytes of one. @throws CroplineError `IMAGE_*` */
  readonly read: (name: string) => Promise<Buffer>;
}

/** What became of one image. */
export type ReadImage<T> =
  | { readonly name: string; readonly value: T }
  | { readonly name: string; readonly fault: CroplineError };

/**
 * Reads and prepares images, a few ahead of whoever takes them. One that has a fault of its own is told of as
 * such, and the others go on.
 *
 * @throws what is no fault of an image; the signal's reason
 */
export async function* readImages<T>(
  { names, read }: CalibrationImages,
  prepare: (bytes: Buffer) => Promise<T>,
  signal?: AbortSignal,
): AsyncGenerator<ReadImage<T>, void, undefined> {
  // Each holds its decoded crops: a few megabytes.
  const concurrency = availableParallelism();
  yield* mapInOrder(names, { concurrency, ahead: 2 * concurrency }, async (name) => {
    signal?.throwIfAborted();
    try {
      return { name, value: await prepare(await read(name)) };
    } catch (error) {
      if (!(error instanceof CroplineError) || !error.code.startsWith('IMAGE_')) throw error;
      return { name, fault: error };
    }
  });
}

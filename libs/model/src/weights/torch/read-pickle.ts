import { ByteReader } from './byte-reader.js';
import { PICKLE_OPERATIONS, STOP } from './pickle-operations.js';
import { PickleStack } from './pickle-stack.js';
import type { PickleWorld } from './pickle-world.js';
import { TorchFileFault } from './torch-file-fault.js';

/** The bytes a pickle may have; the names and shapes of a GoogLeNet take 52 thousand. */
const LARGEST_PICKLE = 4 << 20;

/**
 * Reads one pickle of protocol 2, as far as `torch.save` writes it for a state_dict
 * (https://docs.python.org/3/library/pickletools.html). Nothing is looked up by its name and nothing is run:
 * the world given says what names and calls stand for. Dictionaries come as Maps, tuples and lists as arrays,
 * whole numbers as numbers, or as bigints beyond 2^53.
 *
 * @param start where it begins in the bytes
 * @returns the value, and where the pickle ends
 * @throws TorchFileFault for what is not allowed, too large, senseless or cut short
 */
export function readPickle(
  bytes: Uint8Array,
  start: number,
  world: PickleWorld,
): { readonly value: unknown; readonly end: number } {
  const reader = new ByteReader(bytes, start);
  const stack = new PickleStack();
  for (;;) {
    const code = reader.uint8();
    if (code === STOP) return { value: stack.pop(), end: reader.at };
    const operation = PICKLE_OPERATIONS.get(code);
    if (operation === undefined) {
      throw new TorchFileFault(
        `its pickle has the operation 0x${code.toString(16).padStart(2, '0')}, which weights do not need`,
      );
    }
    operation({ reader, stack, world });
    if (reader.at - start > LARGEST_PICKLE) {
      throw new TorchFileFault(`its pickle is longer than ${LARGEST_PICKLE} bytes`);
    }
  }
}

import { ByteReader } from './byte-reader.js';
import type { PickleWorld } from './pickle-world.js';
import { readPickle } from './read-pickle.js';
import { STATE_DICT_WORLD } from './state-dict-world.js';
import type { TorchArchive } from './torch-archive.js';
import { TorchFileFault } from './torch-file-fault.js';
import { ELEMENT_BYTES, TorchStorage } from './torch-tensor.js';

/** The pickle of PyTorch's magic number, 0x1950a86a20f9469cfc6c. */
const MAGIC = Uint8Array.of(
  ...[0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e],
);

/** The version of the format, the same in every PyTorch that wrote it. */
const VERSION = 1001;

/** Whether bytes begin like a file of PyTorch before 1.6. */
export function looksLikeLegacyArchive(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.every((byte, at) => bytes[at] === byte);
}

/**
 * A file as `torch.save` wrote it before PyTorch 1.6, torchvision's weights of that time among them: pickles
 * of a magic number, a version, facts about the machine, what was saved, and the keys of the storages, then the
 * storages in that order, each the number of its elements in 64 bits before them.
 *
 * @throws TorchFileFault when it is not
 */
export function readLegacyArchive(bytes: Uint8Array): TorchArchive {
  const storages = new Map<string, TorchStorage>();
  const world: PickleWorld = {
    ...STATE_DICT_WORLD,
    persistent(id) {
      const storage = STATE_DICT_WORLD.persistent(id);
      if (storage instanceof TorchStorage) storages.set(storage.key, storage);
      return storage;
    },
  };
  const version = readPickle(bytes, MAGIC.length, world);
  if (version.value !== VERSION) {
    throw new TorchFileFault(`it is of another version of the format than ${VERSION}`);
  }
  const machine = readPickle(bytes, version.end, world);
  if (!(machine.value instanceof Map) || machine.value.get('little_endian') !== true) {
    throw new TorchFileFault('its numbers have their most significant byte first');
  }
  const { value: saved, end } = readPickle(bytes, machine.end, world);
  const keys = readPickle(bytes, end, world);
  const contents = contentsOf(new ByteReader(bytes, keys.end), keys.value, storages);
  return {
    saved,
    bytesOf({ type, key, length }) {
      const found = contents.get(key);
      if (found?.length === length * ELEMENT_BYTES[type]) return found;
      throw new TorchFileFault(
        `the ${length} elements of storage ${JSON.stringify(key)} are not in it`,
      );
    },
  };
}

function contentsOf(
  reader: ByteReader,
  keys: unknown,
  storages: ReadonlyMap<unknown, TorchStorage>,
): ReadonlyMap<string, Uint8Array> {
  if (!Array.isArray(keys)) throw new TorchFileFault('it has no list of its storages');
  const contents = new Map<string, Uint8Array>();
  for (const listed of keys) {
    const storage = storages.get(listed);
    if (storage === undefined) throw new TorchFileFault('it lists a storage that no tensor has');
    const { type, key, length } = storage;
    if (reader.count64() !== length) {
      throw new TorchFileFault(`storage ${JSON.stringify(key)} has another length than it should`);
    }
    contents.set(key, reader.take(length * ELEMENT_BYTES[type]));
  }
  return contents;
}

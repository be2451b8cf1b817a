import { readPickle } from './read-pickle.js';
import { STATE_DICT_WORLD } from './state-dict-world.js';
import { storedEntries } from './stored-zip.js';
import type { TorchArchive } from './torch-archive.js';
import { TorchFileFault } from './torch-file-fault.js';
import { ELEMENT_BYTES } from './torch-tensor.js';

const PICKLE = '/data.pkl';

/**
 * A file as `torch.save` writes it since PyTorch 1.6: a zip file of a pickle, `NAME/data.pkl`, and of an entry
 * for each storage, `NAME/data/KEY`.
 *
 * @throws TorchFileFault when it is not
 */
export function readZipArchive(bytes: Uint8Array): TorchArchive {
  const entries = storedEntries(bytes);
  const pickles = [...entries.keys()].filter((name) => name.endsWith(PICKLE));
  const [path] = pickles;
  if (path === undefined || pickles.length > 1) {
    throw new TorchFileFault('it is a zip file of something else: there is no one data.pkl in it');
  }
  const folder = path.slice(0, -PICKLE.length);
  const order = entries.get(`${folder}/byteorder`);
  if (order !== undefined && new TextDecoder().decode(order) !== 'little') {
    throw new TorchFileFault('its numbers have their most significant byte first');
  }
  const { value } = readPickle(entries.get(path) ?? new Uint8Array(), 0, STATE_DICT_WORLD);
  return {
    saved: value,
    bytesOf({ type, key, length }) {
      const found = entries.get(`${folder}/data/${key}`);
      if (found?.length === length * ELEMENT_BYTES[type]) return found;
      throw new TorchFileFault(
        `the ${length} elements of storage ${JSON.stringify(key)} are not in it`,
      );
    },
  };
}

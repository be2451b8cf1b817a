import { ByteReader } from './byte-reader.js';
import { TorchFileFault } from './torch-file-fault.js';

/** What a zip file begins with: the header of its first entry. */
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;

/** The bytes of the end of the directory, which PyTorch puts no comment behind. */
const END_BYTES = 22;

const ENCRYPTED = 1;

/** The entries a file may have: one a tensor, and a few. */
const MOST_ENTRIES = 10_000;

/** Whether bytes begin like a zip file. */
export function looksLikeZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new ByteReader(bytes).uint32() === LOCAL_HEADER;
}

/**
 * The entries of a zip file, by their names, as PyTorch writes it: stored and not packed, nothing behind its
 * directory, less than 4 GiB (APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16). They are the same
 * memory as the file.
 *
 * @throws TorchFileFault for any other zip file, or one that is cut short
 */
export function storedEntries(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const { count, start } = endOfDirectory(bytes);
  const directory = new ByteReader(bytes, start);
  const entries = new Map<string, Uint8Array>();
  for (let entry = 0; entry < count; entry += 1) {
    const { name, length, headerAt } = centralHeader(directory);
    if (entries.has(name)) throw new TorchFileFault(`it has two entries ${JSON.stringify(name)}`);
    entries.set(name, contentOf(bytes, headerAt, length));
  }
  return entries;
}

function endOfDirectory(bytes: Uint8Array): { count: number; start: number } {
  if (bytes.length < END_BYTES) throw unended();
  const end = new ByteReader(bytes, bytes.length - END_BYTES);
  if (end.uint32() !== END_OF_DIRECTORY) throw unended();
  const [disk, directoryDisk, onDisk, count] = [
    end.uint16(),
    end.uint16(),
    end.uint16(),
    end.uint16(),
  ];
  const [length, start] = [end.uint32(), end.uint32()];
  if (disk !== 0 || directoryDisk !== 0 || onDisk !== count || start + length > bytes.length) {
    throw new TorchFileFault('the directory at its end makes no sense');
  }
  if (count > MOST_ENTRIES) throw new TorchFileFault(`it has more than ${MOST_ENTRIES} entries`);
  return { count, start };
}

/** Reads one entry of the directory, and goes on to the next. */
function centralHeader(reader: ByteReader): { name: string; length: number; headerAt: number } {
  if (reader.uint32() !== CENTRAL_HEADER) {
    throw new TorchFileFault('the directory at its end makes no sense');
  }
  reader.take(4);
  const [flags, method] = [reader.uint16(), reader.uint16()];
  reader.take(8);
  const [packed, length] = [reader.uint32(), reader.uint32()];
  const [nameLength, extraLength, commentLength] = [
    reader.uint16(),
    reader.uint16(),
    reader.uint16(),
  ];
  reader.take(8);
  const headerAt = reader.uint32();
  const name = reader.text(nameLength);
  reader.take(extraLength + commentLength);
  if (method !== 0 || packed !== length || (flags & ENCRYPTED) !== 0) {
    throw new TorchFileFault(
      `its entry ${JSON.stringify(name)} is packed, which torch.jit.save does and torch.save does not`,
    );
  }
  return { name, length, headerAt };
}

function contentOf(bytes: Uint8Array, headerAt: number, length: number): Uint8Array {
  if (headerAt > bytes.length) throw new TorchFileFault('it is cut short');
  const reader = new ByteReader(bytes, headerAt);
  if (reader.uint32() !== LOCAL_HEADER) {
    throw new TorchFileFault('the directory at its end makes no sense');
  }
  reader.take(22);
  reader.take(reader.uint16() + reader.uint16());
  return reader.take(length);
}

function unended(): TorchFileFault {
  return new TorchFileFault('it is cut short: the directory at its end is missing');
}

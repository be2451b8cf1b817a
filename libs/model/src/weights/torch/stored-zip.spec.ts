import { describe, expect, it } from '@jest/globals';
import { looksLikeZip, storedEntries } from './stored-zip.js';
import { TorchFileFault } from './torch-file-fault.js';

interface Entry {
  readonly name: string;
  readonly content: string;
  /** 8 is packed. */
  readonly method?: number;
}

const uint16 = (value: number): Buffer => Buffer.from(Uint16Array.of(value).buffer);
const uint32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);

/** A zip file whose local headers are padded, as PyTorch pads them. */
function zip(entries: readonly Entry[], count = entries.length): Buffer {
  const padding = Buffer.alloc(11, 'Z');
  const headers = entries.map(({ name, content, method = 0 }) => ({
    name: Buffer.from(name),
    content: Buffer.from(content),
    // Flags, method, time, date and checksum.
    facts: Buffer.concat([uint16(0x808), uint16(method), Buffer.alloc(8)]),
  }));
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const { name, content, facts } of headers) {
    const header = Buffer.concat([
      ...[uint32(0x04034b50), uint16(0), facts, Buffer.alloc(8)],
      ...[uint16(name.length), uint16(padding.length), name, padding, content],
    ]);
    const sizes = [uint32(content.length), uint32(content.length)];
    central.push(
      ...[uint32(0x02014b50), Buffer.alloc(4), facts, ...sizes, uint16(name.length)],
      ...[Buffer.alloc(12), uint32(at), name],
    );
    local.push(header);
    at += header.length;
  }
  const directory = Buffer.concat(central);
  return Buffer.concat([
    ...[...local, directory, uint32(0x06054b50), uint32(0), uint16(count), uint16(count)],
    ...[uint32(directory.length), uint32(at), uint16(0)],
  ]);
}

const a: Entry = { name: 'x/a', content: 'first' };
const b: Entry = { name: 'x/b', content: '' };

describe('storedEntries', () => {
  it('gives the content of every entry, without its padding', () => {
    const file = zip([a, b]);
    expect(looksLikeZip(file)).toBe(true);
    const entries = [...storedEntries(file)].map(([name, bytes]) => [
      name,
      Buffer.from(bytes).toString(),
    ]);
    expect(entries).toEqual([
      ['x/a', 'first'],
      ['x/b', ''],
    ]);
  });

  /** A file with other bytes at a place; from its end if that is negative. */
  function changed(at: number, bytes: Buffer): Buffer {
    const file = zip([a, b]);
    bytes.copy(file, at < 0 ? file.length + at : at);
    return file;
  }

  it.each([
    ['two entries "x/a"', zip([a, a])],
    ['"x/a" is packed', zip([{ ...a, method: 8 }])],
    ['more than 10000 entries', zip([a, b], 10_001)],
    ['the directory at its end is missing', Buffer.concat([zip([a, b]), Buffer.from('more')])],
    ['the directory at its end is missing', Buffer.from('PK\x03\x04')],
    // The directory has fewer entries than it says.
    ['makes no sense', zip([a, b], 3)],
    // It is said to reach beyond the file, or to be on another disk.
    ['makes no sense', changed(-10, uint32(0xffff_fff0))],
    ['makes no sense', changed(-18, uint16(1))],
    // It leads to no entry.
    ['makes no sense', changed(0, uint32(7))],
  ])('refuses a file: %s', (fault, file) => {
    expect(() => storedEntries(file)).toThrow(TorchFileFault);
    expect(() => storedEntries(file)).toThrow(fault);
  });
});

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { CroplineError } from '@cropline/contracts';
import fc from 'fast-check';
import { looksLikeTorchFile, readTorchFile } from './read-torch-file.js';

/** Files of tools/python/write_torch_fixtures.py. */
const fixture = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/torch/${name}`, import.meta.url)));

/** What is said of bytes that are refused; null when they are read. */
function refusalOf(bytes: Uint8Array): string | null {
  try {
    readTorchFile(bytes, 'weights.pth');
    return null;
  } catch (error) {
    if (!(error instanceof CroplineError)) throw error;
    expect(error.code).toBe('MODEL_FILE_INVALID');
    expect(error.message).toContain('Expected PyTorch weights at weights.pth but ');
    return error.message;
  }
}

const NINE = Array.from({ length: 9 }, () => 1);
const FORMATS = ['state-dict.pth', 'state-dict-legacy.pth'];

describe.each(FORMATS)('readTorchFile of %s', (name) => {
  const file = fixture(name);

  it('gives every float tensor in row-major order, however it lies in its storage', () => {
    expect(looksLikeTorchFile(file)).toBe(true);
    const tensors = [...readTorchFile(file, 'weights.pth')].map(([key, { shape, data }]) => [
      key,
      shape,
      [...data],
    ]);
    expect(tensors).toEqual([
      ['float', [2, 3], [1.5, -2, 0.25, 3, Infinity, -0.125]],
      ['half', [4], [1.5, -2, 65_504, 2 ** -24]],
      ['brain', [3], [1.5, -2, 2 ** 100]],
      ['grid', [2, 3], [0, 0.25, 0.5, 0.75, 1, 1.25]],
      ['transposed', [3, 2], [0, 0.75, 0.25, 1, 0.5, 1.25]],
      ['column', [2], [0.25, 1]],
      ['row', [3], [0.75, 1, 1.25]],
      ['scalar', [], [7.5]],
      ['empty', [0, 3], []],
      ['größe', [1], [9]],
    ]);
  });

  it('reads a file that lies anywhere in memory', () => {
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    expect(readTorchFile(shifted.subarray(1), 'weights.pth').get('scalar')?.data[0]).toBe(7.5);
  });

  it('refuses a file that is cut short, wherever', () => {
    for (let length = 0; length < file.length; length += 1) {
      expect([length, refusalOf(file.subarray(0, length))]).toEqual([length, expect.any(String)]);
    }
  });

  it('reads or refuses a file with wrong bytes, and does nothing else', () => {
    const wrong = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(wrong, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Uint8Array.from(file);
        for (const [at, byte] of changes) bytes[at] = byte;
        refusalOf(bytes);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('readTorchFile refuses', () => {
  it.each([
    ['double.pth', 'it names "torch.DoubleStorage"'],
    ['whole-module.pth', 'it names "torch.nn.modules.linear.Identity"'],
    ['checkpoint.pth', 'its entry "epoch" is no tensor'],
    ['protocol-4.pth', 'its pickle is of protocol 4, not 2'],
    ['torch-script.pth', 'is packed, which torch.jit.save does'],
  ])('%s: %s', (name, fault) => {
    expect(refusalOf(fixture(name))).toContain(fault);
  });
});

const OPERATION = {
  none: Buffer.from('N'),
  mark: Buffer.from('('),
  tuple: Buffer.from('t'),
  emptyTuple: Buffer.from(')'),
  reduce: Buffer.from('R'),
  build: Buffer.from('b'),
  dictionary: Buffer.from('}'),
  list: Buffer.from(']'),
  append: Buffer.from('a'),
  setItem: Buffer.from('s'),
  persistent: Buffer.from('Q'),
  false: Buffer.from([0x89]),
};

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([Buffer.from('X'), length, bytes]);
}

const whole = (value: number): Buffer => {
  const bytes = Buffer.from([0x4a, 0, 0, 0, 0]);
  bytes.writeInt32LE(value, 1);
  return bytes;
};
const name = (module: string, item: string): Buffer => Buffer.from(`c${module}\n${item}\n`);
const tuple = (...items: Buffer[]): Buffer =>
  Buffer.concat([OPERATION.mark, ...items, OPERATION.tuple]);
const pickle = (...operations: Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([0x80, 2]), ...operations, Buffer.from('.')]);

/** A storage of floats with the key "0". */
const storage = (length: number, type = name('torch', 'FloatStorage')): Buffer =>
  Buffer.concat([
    tuple(text('storage'), type, text('0'), text('cpu'), whole(length), OPERATION.none),
    OPERATION.persistent,
  ]);

const tensor = (of: Buffer, offset: number, shape: number[], strides: number[]): Buffer =>
  Buffer.concat([
    name('torch._utils', '_rebuild_tensor_v2'),
    tuple(
      of,
      whole(offset),
      tuple(...shape.map(whole)),
      tuple(...strides.map(whole)),
      OPERATION.false,
      OPERATION.none,
    ),
    OPERATION.reduce,
  ]);

const dictionaryOf = (entries: [string, Buffer][]): Buffer =>
  Buffer.concat([
    OPERATION.dictionary,
    ...entries.flatMap(([key, value]) => [text(key), value, OPERATION.setItem]),
  ]);

/** A file of the older format with what was saved and the floats of the storage "0". */
function legacy(saved: Buffer, floats: readonly number[] = []): Buffer {
  const magic = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');
  const machine = Buffer.concat([
    OPERATION.dictionary,
    text('little_endian'),
    Buffer.from([0x88]),
    OPERATION.setItem,
  ]);
  const count = Buffer.alloc(8);
  count.writeBigUInt64LE(BigInt(floats.length));
  return Buffer.concat([
    magic,
    pickle(whole(1001)),
    pickle(machine),
    pickle(saved),
    pickle(
      floats.length === 0
        ? OPERATION.list
        : Buffer.concat([OPERATION.list, text('0'), OPERATION.append]),
    ),
    ...(floats.length === 0 ? [] : [count, Buffer.from(Float32Array.from(floats).buffer)]),
  ]);
}

describe('readTorchFile of a file made by hand', () => {
  it('reads it, as the specs below say that it does not', () => {
    const saved = dictionaryOf([['a', tensor(storage(4), 0, [2, 2], [2, 1])]]);
    const read = readTorchFile(legacy(saved, [1, 2, 3, 4]), 'weights.pth');
    expect([...read]).toEqual([['a', { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }]]);
  });

  it.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['builtins', 'eval'],
    ['__builtin__', 'getattr'],
    ['torch', 'load'],
    ['torch.storage', 'FloatStorage'],
    ['collections', 'OrderedDict.__init__'],
    ['constructor', 'prototype'],
    ['', '__proto__'],
  ])('runs no %s.%s', (module, item) => {
    const call = [tuple(text('touch here')), OPERATION.reduce];
    const saved = Buffer.concat([name(module, item), ...call]);
    expect(refusalOf(legacy(saved))).toContain(`it names "${module}.${item}"`);
  });

  const floats = [1, 2, 3, 4];
  const one = (value: Buffer): Buffer => legacy(dictionaryOf([['a', value]]), floats);

  it.each([
    ['reaches beyond its storage', one(tensor(storage(4), 1, [2, 2], [2, 1]))],
    ['reaches beyond its storage', one(tensor(storage(4), 0, [2, 2], [4, 1]))],
    ['reaches beyond its storage', one(tensor(storage(4), 0, [5], [0]))],
    ['a tensor that cannot be', one(tensor(storage(4), -1, [1], [1]))],
    ['a tensor that cannot be', one(tensor(storage(4), 0, [2, 2], [1]))],
    ['a tensor that cannot be', one(tensor(OPERATION.none, 0, [1], [1]))],
    ['a tensor that cannot be', one(tensor(storage(4), 0, NINE, NINE))],
    ['a storage that cannot be', one(tensor(storage(-4), 0, [1], [1]))],
    ['a storage that cannot be', one(storage(4, text('torch.FloatStorage')))],
    ['has another length than it should', one(tensor(storage(5), 0, [5], [1]))],
    ['calls what is no part', one(Buffer.concat([text('ls'), tuple(), OPERATION.reduce]))],
    [
      'calls what is no part',
      one(Buffer.concat([name('torch', 'FloatStorage'), tuple(whole(1)), OPERATION.reduce])),
    ],
    ['calls without arguments', one(Buffer.concat([text('ls'), text(''), OPERATION.reduce]))],
    ['sets attributes of what is no', one(Buffer.concat([text('ls'), text(''), OPERATION.build]))],
    [
      'sets items of what is no',
      legacy(Buffer.concat([text(''), text(''), text(''), OPERATION.setItem])),
    ],
    ['appends to what is no list', legacy(Buffer.concat([text(''), text(''), OPERATION.append]))],
    ['values that it has not made', legacy(OPERATION.append)],
    ['values that it has not made', legacy(OPERATION.tuple)],
    ['values that it has not made', legacy(Buffer.from('h\x07'))],
    ['has the operation 0x69', legacy(Buffer.from('iposix\nsystem\n'))],
    ['holds no state_dict', legacy(text('hello'))],
    ['holds no float tensors', legacy(OPERATION.dictionary)],
    [
      'its entry of no name',
      legacy(Buffer.concat([OPERATION.dictionary, whole(1), whole(2), OPERATION.setItem])),
    ],
    ['a text that is not UTF-8', legacy(Buffer.from('X\x01\x00\x00\x00\xff', 'latin1'))],
  ])('says that it %s', (fault, file) => {
    expect(refusalOf(file)).toContain(fault);
  });

  it('keeps what a small file can take of memory small', () => {
    expect(refusalOf(legacy(Buffer.alloc(200_000, OPERATION.emptyTuple)))).toContain(
      'stacks more than 100000 values',
    );
    expect(refusalOf(legacy(Buffer.alloc(200_000, OPERATION.mark)))).toContain(
      'stacks more than 100000 values',
    );
    const remembered = Buffer.alloc(5 * 100_001, 'r');
    for (let at = 0; at <= 100_000; at += 1) remembered.writeUInt32LE(at, 5 * at + 1);
    expect(refusalOf(legacy(Buffer.concat([OPERATION.none, remembered])))).toContain(
      'remembers more than 100000 values',
    );
    expect(refusalOf(legacy(text('x'.repeat(5 << 20))))).toContain('longer than 4194304 bytes');

    const floats = Array.from({ length: 1000 }, () => 1);
    const shared = Array.from({ length: 50 }, (_, at): [string, Buffer] => [
      `t${at}`,
      tensor(storage(1000), 0, [1000], [1]),
    ]);
    expect(refusalOf(legacy(dictionaryOf(shared), floats))).toContain('are larger than itself');
  });
});

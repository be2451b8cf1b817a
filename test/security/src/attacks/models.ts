import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Attack } from '../attack.js';
import { childOutcome } from '../child-outcome.js';

const CHILD = fileURLToPath(new URL('../children/read-model-child.js', import.meta.url));

/** Runs in a folder of its own. */
async function inFolder(use: (folder: string) => Promise<string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cropline-model-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const file = (name: string, bytes: () => Buffer, expected = 'MODEL_FILE_INVALID'): Attack => ({
  name,
  area: 'files',
  expected,
  run: () =>
    inFolder(async (folder) => {
      const path = join(folder, 'weights');
      await writeFile(path, bytes());
      return await childOutcome([CHILD, path]);
    }),
});

const folderOf = (name: string, model: string, expected = 'MODEL_SPEC_INVALID'): Attack => ({
  name,
  area: 'files',
  expected,
  run: () =>
    inFolder(async (folder) => {
      await mkdir(join(folder, 'model'));
      await writeFile(join(folder, 'model/model.json'), model);
      return await childOutcome([CHILD, join(folder, 'model')]);
    }),
});

function safetensors(header: string, data: Buffer, length = header.length): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(length));
  return Buffer.concat([size, Buffer.from(header), data]);
}

/** Ten thousand tensors that are all the same 8 MB: 80 GB, were each of them read. */
function overlapping(): Buffer {
  const bytes = 8 * 2 ** 20;
  const tensor = { dtype: 'F32', shape: [bytes / 4], data_offsets: [0, bytes] };
  const header = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`t${n}`, tensor]));
  return safetensors(JSON.stringify(header), Buffer.alloc(bytes));
}

/** What files of PyTorch before 1.6 begin with. */
const LEGACY = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');
/** The pickle of the version, and that of a machine whose least byte is first. */
const FACTS = Buffer.concat([
  Buffer.from('80024de9032e', 'hex'),
  Buffer.from('\x80\x02}X\x0d\0\0\0little_endian\x88s.', 'latin1'),
]);
const legacy = (pickle: string): Buffer =>
  Buffer.concat([LEGACY, FACTS, Buffer.from(pickle, 'latin1')]);

/** A model.json that is as it should be, but for where its weights are. */
const modelAt = (weights: string): string =>
  JSON.stringify({
    format: 'cropline-model',
    version: 1,
    name: 'mine',
    file: weights,
    network: { kind: 'onnx', layout: 'NCHW', output: 'logits' },
    input: { size: 224, channels: 'RGB', mean: [0, 0, 0], scale: [1, 1, 1] },
    resize: { rule: 'warp', to: 256 },
    labels: ['a', 'b'],
  });

/** Files of models that would run something, read something else, or come to a large memory. */
export const MODEL_ATTACKS: readonly Attack[] = [
  file('safetensors of 8 MB that name them 10,000 times', overlapping),
  file('safetensors whose header has 2⁶³ bytes', () => {
    const bytes = safetensors('{"a":', Buffer.alloc(64));
    bytes.writeBigUInt64LE(2n ** 63n);
    return bytes;
  }),
  file('safetensors whose header is 100,000 brackets', () =>
    safetensors(`{"a":${'['.repeat(100_000)}`, Buffer.alloc(8)),
  ),
  file('PyTorch file whose pickle calls os.system', () =>
    legacy('\x80\x02cposix\nsystem\nX\x02\0\0\0id\x85R.'),
  ),
  file('PyTorch file whose pickle calls builtins.eval', () =>
    legacy('\x80\x02c__builtin__\neval\nX\x01\0\0\x001\x85R.'),
  ),
  file('PyTorch file whose pickle stacks a million values', () =>
    legacy(`\x80\x02${'N'.repeat(1_000_000)}.`),
  ),
  file('PyTorch file whose pickle holds itself', () => legacy('\x80\x02}q\0X\x01\0\0\0ah\0s.')),
  file('ONNX file whose messages are nested a million deep', () => Buffer.alloc(1_000_000, 0x0b)),
  file('ONNX file that says a text has 4 GB', () => Buffer.from('12ffffffff0f', 'hex')),
  folderOf('model.json whose weights lie beside it', modelAt('model.onnx'), 'read'),
  folderOf('model.json whose weights are ../../etc/passwd', modelAt('../../etc/passwd')),
  folderOf('model.json whose weights are /etc/passwd', modelAt('/etc/passwd')),
  folderOf('model.json whose weights are ..', modelAt('..')),
  folderOf('model.json of 100,000 brackets', '['.repeat(100_000)),
  folderOf(
    'model.json that sets __proto__',
    `{"__proto__":{"file":"a"},${modelAt('../a').slice(1)}`,
  ),
];

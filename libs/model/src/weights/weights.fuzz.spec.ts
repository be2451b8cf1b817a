import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CroplineError } from '@cropline/contracts';
import fc from 'fast-check';
import { parseModelFile } from '../model-folder/model-file.js';
import { ELEMENT_TYPE, encodeOnnxModel } from '../onnx/onnx-messages.js';
import { outlineOwnOnnx } from '../own-onnx/own-onnx-outline.js';
import { readWeightsFile } from './read-weights-file.js';
import { writeSafetensors } from './write-safetensors.js';

const fixture = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/torch/${name}`, import.meta.url)));

const onnx = encodeOnnxModel({
  irVersion: 7,
  producerName: 'spec',
  producerVersion: '1',
  opsetImport: [{ domain: '', version: 12 }],
  graph: {
    name: 'g',
    node: [{ name: 'n', opType: 'Relu', domain: '', input: ['x'], output: ['y'], attribute: [] }],
    initializer: [
      { dims: [2, 3], dataType: ELEMENT_TYPE.float32, name: 'w', floatData: [1, 2, 3, 4, 5, 6] },
    ],
    input: ['x', 'w'].map((name) => ({
      name,
      type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 1 }, { dimParam: 'n' }] } } },
    })),
    output: [{ name: 'y', type: { tensorType: { elemType: 1, shape: { dim: [] } } } }],
  },
});
const FILES: Readonly<Record<string, Uint8Array>> = {
  ONNX: onnx,
  safetensors: writeSafetensors(
    new Map([['a', { shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 4) }]]),
    { source: 'a spec' },
  ),
  'PyTorch zip': fixture('state-dict.pth'),
  'PyTorch before 1.6': fixture('state-dict-legacy.pth'),
};

const damage = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(12),
    bytes: fc.uint8Array({ maxLength: 12 }),
  }),
  { minLength: 1, maxLength: 5 },
);

function damaged(
  whole: Uint8Array,
  places: readonly { at: number; cut: number; bytes: Uint8Array }[],
): Buffer {
  let bytes: Buffer = Buffer.from(whole);
  for (const { at, cut, bytes: put } of places) {
    const place = Math.floor(at * bytes.length);
    bytes = Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + cut)]);
  }
  return bytes;
}

/** Runs a reader; what it throws must be an error of ours. */
async function read(reader: () => unknown): Promise<string> {
  try {
    await reader();
    return 'read';
  } catch (error) {
    if (error instanceof CroplineError) return error.code;
    throw error;
  }
}
const OUTCOME = /^(read|MODEL_[A-Z_]+)$/;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-fuzz-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(Object.entries(FILES))('a damaged %s file', (_, whole) => {
  it('is read, or refused by a code', async () => {
    await fc.assert(
      fc.asyncProperty(damage, async (places) => {
        const path = join(folder, 'weights');
        await writeFile(path, damaged(whole, places));
        expect(await read(() => readWeightsFile(path))).toMatch(OUTCOME);
      }),
    );
  });
});

it('safetensors with any header are read, or refused by a code', async () => {
  const size = fc.oneof(fc.nat(20), fc.maxSafeInteger(), fc.anything());
  const sizes = fc.oneof(fc.array(size, { maxLength: 4 }), fc.anything());
  const tensor = fc.record({
    dtype: fc.oneof(fc.constantFrom('F32', 'F16', 'BF16', 'I64'), fc.anything()),
    shape: sizes,
    data_offsets: fc.oneof(fc.tuple(fc.nat(40), fc.nat(40)), sizes),
  });
  const header = fc.oneof(
    fc.dictionary(fc.string(), fc.oneof(tensor, fc.anything())),
    fc.anything(),
  );
  await fc.assert(
    fc.asyncProperty(header, fc.uint8Array({ maxLength: 64 }), async (facts, data) => {
      fc.pre(facts !== undefined);
      const json = Buffer.from(
        JSON.stringify(facts, (__, value: unknown) =>
          typeof value === 'bigint' ? String(value) : value,
        ),
      );
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(json.length));
      const path = join(folder, 'weights');
      await writeFile(path, Buffer.concat([length, json, data]));
      expect(await read(() => readWeightsFile(path))).toMatch(OUTCOME);
    }),
  );
});

it('any ONNX model is outlined, or refused by a code', async () => {
  await fc.assert(
    fc.asyncProperty(damage, async (places) => {
      const bytes = damaged(onnx, places);
      expect(await read(() => outlineOwnOnnx(bytes, 'model.onnx'))).toMatch(OUTCOME);
    }),
  );
});

it('any model.json is read, or refused by a code', async () => {
  const whole = {
    format: 1,
    name: 'mine',
    file: 'model.onnx',
    labels: ['a', 'b'],
    input: { size: 224, resize: 'warp', resizeTo: 256, mean: [0, 0, 0], scale: [1, 1, 1] },
    network: { kind: 'onnx', layout: 'NCHW' },
  };
  const changes = fc.dictionary(fc.constantFrom(...Object.keys(whole), '__proto__'), fc.anything());
  const text = fc.oneof(
    changes.map((changed) =>
      JSON.stringify({ ...whole, ...changed }, (__, value: unknown) =>
        typeof value === 'bigint' ? 1 : value,
      ),
    ),
    fc.json(),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(text, async (json) => {
      expect(await read(() => parseModelFile(json, 'model.json'))).toMatch(OUTCOME);
    }),
  );
});

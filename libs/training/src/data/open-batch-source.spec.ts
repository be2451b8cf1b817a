import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createObjectStore } from '@cropline/storage';
import { halvedPicture, writeTree } from '../testing/write-pictures.js';
import type { Dataset } from './dataset.js';
import type { LabelledBatch } from './labelled-batch.js';
import {
  openBatchSource,
  type BatchSourceOptions,
  type OpenBatchSource,
} from './open-batch-source.js';
import { readDataset } from './read-dataset.js';

const SIZE = 64;
const access = {
  s3: { endpoint: undefined, region: 'us-east-1' },
  maxBytes: 1e6,
  timeoutMs: 10_000,
  maxPixels: 1e6,
};
const store = createObjectStore({ region: 'us-east-1' });
const open: OpenBatchSource[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-'));
  const files: Record<string, Uint8Array> = {};
  for (let number = 0; number < 10; number += 1) {
    const size = { width: 150 + number, height: 130 };
    files[`set/red/${number}.png`] = await halvedPicture({ ...size, left: '#d00', right: '#a00' });
    files[`set/blue/${number}.png`] = await halvedPicture({ ...size, left: '#00d', right: '#00a' });
  }
  const good = files['set/red/0.png'] ?? new Uint8Array();
  await writeTree(folder, {
    ...files,
    'hurt/red/0.png': good,
    'hurt/red/1.png': good.slice(0, 60),
    'hurt/red/2.png': 'no image',
    'hurt/blue/0.png': files['set/blue/0.png'] ?? '',
    'hurt/blue/1.png': files['set/blue/1.png'] ?? '',
    'lost/red/0.png': '',
    'lost/red/1.png': '',
    'lost/blue/0.png': good,
    'lost/blue/1.png': good,
  });
});
afterEach(async () => {
  for (const source of open.splice(0)) await source.close();
});
afterAll(async () => {
  store.close();
  await rm(folder, { recursive: true });
});

const dataset = (name: string, validation: number | string = 0.2): Promise<Dataset> =>
  readDataset({ source: join(folder, name), classes: ['red', 'blue'], validation, store });

async function source(options: Partial<BatchSourceOptions> = {}): Promise<OpenBatchSource> {
  const opened = openBatchSource({
    dataset: options.dataset ?? (await dataset('set')),
    access,
    resize: { inputSize: SIZE, resize: 'shorter-side', resizeTo: 73 },
    batch: 4,
    seed: 7,
    ...options,
  });
  open.push(opened);
  return opened;
}

async function collect(batches: AsyncIterable<LabelledBatch>): Promise<LabelledBatch[]> {
  const all: LabelledBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

/** Whether a picture is more red than blue. */
function isRed({ pixels }: LabelledBatch, index: number): boolean {
  const at = (index * SIZE * SIZE + (SIZE * SIZE) / 2) * 3;
  return (pixels[at] ?? 0) > (pixels[at + 2] ?? 0);
}

describe('openBatchSource', () => {
  it('gives whole batches of all images, each with its class, in another order every epoch', async () => {
    const batches = await source();
    expect(batches.stepsPerEpoch).toBe(4);
    const first = await collect(batches.train(1));
    expect(first.map(({ count }) => count)).toEqual([4, 4, 4, 4]);
    for (const batch of first) {
      expect(batch.pixels).toHaveLength(4 * SIZE * SIZE * 3);
      for (const [index, label] of batch.labels.entries()) {
        expect(isRed(batch, index)).toBe(label === 0);
      }
    }
    expect(first.flatMap(({ labels }) => [...labels]).filter((label) => label === 0)).toHaveLength(
      8,
    );
    const second = await collect(batches.train(2));
    const orders = [first, second].map((epoch) => epoch.map(({ labels }) => labels.join()));
    expect(orders[0]).not.toEqual(orders[1]);
  });

  it('gives the same for the same seed, epoch and step, kept in memory or not', async () => {
    const all = await collect((await source()).train(3));
    const again = await source({ cacheBytes: 0 });
    expect(await collect(again.train(3, 2))).toEqual(all.slice(2));
    const other = await collect((await source({ seed: 8 })).train(3));
    expect(other).not.toEqual(all);
  });

  it('changes a picture every time it gives it', async () => {
    const batches = await source({ batch: 16 });
    const [[first], [second]] = [await collect(batches.train(1)), await collect(batches.train(2))];
    const pictures = [first, second].flatMap((batch) =>
      Array.from({ length: 16 }, (_, index) =>
        Buffer.from(
          batch!.pixels.subarray(index * SIZE * SIZE * 3, (index + 1) * SIZE * SIZE * 3),
        ).toString('base64'),
      ),
    );
    // Small parts of one colour may come out alike.
    expect(new Set(pictures).size).toBeGreaterThan(24);
  });

  it('validates with centre crops, in order, each time the same', async () => {
    const batches = await source({ batch: 3 });
    const [first, again] = [
      await collect(batches.validation()),
      await collect(batches.validation()),
    ];
    expect(first.map(({ count }) => count)).toEqual([3, 1]);
    expect(first).toEqual(again);
    const [batch] = first;
    // 150 to 159 wide becomes 84 to 90: the halves meet in the middle of the crop.
    const row = Array.from({ length: SIZE }, (_, x) =>
      Math.max(...batch!.pixels.subarray(x * 3, x * 3 + 3)),
    );
    expect(row[SIZE / 2 - 4]).toBe(0xdd);
    expect(row[SIZE / 2 + 3]).toBe(0xaa);
  });

  it('tells once of images that cannot be read, and goes on with others of their class', async () => {
    const hurt = await dataset('hurt', join(folder, 'set'));
    const told: string[] = [];
    const batches = await source({
      dataset: hurt,
      batch: 5,
      onUnreadable: ({ id, error }) => told.push(`${id}: ${error.code}`),
    });
    for (const epoch of [1, 2]) {
      const [batch] = await collect(batches.train(epoch));
      expect([...batch!.labels].sort()).toEqual([0, 0, 0, 1, 1]);
      for (const [index, label] of batch!.labels.entries()) {
        expect(isRed(batch!, index)).toBe(label === 0);
      }
    }
    expect(told.sort()).toEqual(['red/1.png: IMAGE_CORRUPT', 'red/2.png: IMAGE_NOT_AN_IMAGE']);
  });

  it('leaves unreadable images out of the validation', async () => {
    const judged = await dataset('set', join(folder, 'hurt'));
    const batches = await source({ dataset: judged, batch: 10 });
    const [batch] = await collect(batches.validation());
    expect(batch?.count).toBe(3);
    expect([...batch!.labels]).toEqual([1, 1, 0]);
    expect(batch?.pixels).toHaveLength(3 * SIZE * SIZE * 3);
  });

  it('fails when no image of a class can be read', async () => {
    const batches = await source({ dataset: await dataset('lost', join(folder, 'set')) });
    await expect(collect(batches.train(1))).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(/class of red\/\d\.png.*IMAGE_EMPTY/),
    });
  });

  it('wants at least one batch', async () => {
    await expect(source({ batch: 17 })).rejects.toMatchObject({ code: 'DATASET_INVALID' });
  });

  it('may be left in the middle, and closed while batches are made', async () => {
    const batches = await source();
    for await (const batch of batches.train(1)) {
      expect(batch.count).toBe(4);
      break;
    }
    await batches.close();
    await expect(collect(batches.train(1))).rejects.toThrow('has ended');
  });
});

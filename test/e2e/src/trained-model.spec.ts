import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { readResults, startSystem, type System } from './support/system.js';

const CROPLINE = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));
const HUES = { red: 0, green: 110, blue: 225 } as const;
const LEARNED = 16;

describe('A model that was trained on images in S3', () => {
  let system: System;
  let folder: string;
  let model: string;
  let trained: { stdout: string; stderr: string };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-trained-'));
    model = join(folder, 'colours');
    system = await startSystem({ workers: 0 });
    const { store, images, stack } = system;
    for (const [name, hue] of Object.entries(HUES)) {
      for (let number = 0; number < LEARNED + 2; number += 1) {
        const place = number < LEARNED ? `set/${name}` : `new/${name}`;
        await store.put(`${images}/${place}/${number}.png`, await picture(hue, number));
      }
    }
    const { endpoint, region, credentials } = stack.s3;
    const net = ['--from', 'scratch', '--input-size', '64', '--width', '0.1', '--no-aux'];
    const learning = ['--optimizer', 'adam', '--lr', '0.003', '--epochs', '8', '--batch', '8'];
    trained = await promisify(execFile)(
      process.execPath,
      [CROPLINE, 'train', '--data', `${images}/set`, ...net, ...learning, '--out', model],
      {
        env: {
          S3_ENDPOINT: endpoint,
          S3_REGION: region,
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        },
      },
    );
  }, 600_000);
  afterAll(async () => {
    await system.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('serves a batch as it is, and results name it', async () => {
    expect(trained.stdout).toContain('CROPLINE_MODEL=');
    const { stack, client, images } = system;
    await stack.addWorker({ CROPLINE_MODEL: model });
    const items = Object.keys(HUES).flatMap((name) =>
      [LEARNED, LEARNED + 1].map((number) => ({
        id: `${name} ${number}`,
        url: `${images}/new/${name}/${number}.png`,
      })),
    );
    const { id } = await client.createBatch({ items, options: { crops: 'ten', topK: 1 } });
    for await (const update of client.watch(id, { intervalMs: 50 })) {
      expect(update.counts.total).toBe(items.length);
    }
    const results = await readResults(client, id);
    const labels = results.map((result) =>
      result.status === 'succeeded'
        ? [result.id.split(' ')[0], result.predictions[0]?.label, result.model.name]
        : [result.id, result.status, ''],
    );
    expect(labels).toEqual(
      items.map(({ id: name }) => [name.split(' ')[0], name.split(' ')[0], 'colours']),
    );
  }, 300_000);
});

/** A ground of one hue with a square of a brighter one on it. */
function picture(hue: number, number: number): Promise<Buffer> {
  const size = { width: 90 + 3 * number, height: 100 } as const;
  const square = {
    width: 30 + number,
    height: 40,
    channels: 3,
    background: colour(hue, 70),
  } as const;
  return sharp({ create: { ...size, channels: 3, background: colour(hue + number - 8, 45) } })
    .composite([{ input: { create: square }, left: 2 * number, top: 20 }])
    .png()
    .toBuffer();
}

const colour = (hue: number, lightness: number): string =>
  `hsl(${(hue + 360) % 360}, 75%, ${lightness}%)`;

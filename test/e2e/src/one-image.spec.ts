import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CroplineError } from '@cropline/contracts';
import { hasPhotos, photosReason, readPhotos } from './support/photos.js';
import { uploadPictures } from './support/pictures.js';
import { startSystem, type System } from './support/system.js';

describe('One image now', () => {
  let system: System;
  let keys: readonly string[];

  beforeAll(async () => {
    system = await startSystem({ workers: 1 });
    keys = await uploadPictures(system);
  });
  afterAll(() => system.stop());

  it('is answered while a batch keeps the worker busy', async () => {
    const { client, images } = system;
    const bulk = await client.createBatch({
      items: Array.from({ length: 2000 }, (_, index) => ({
        url: `${images}/${keys[index % keys.length] ?? ''}`,
      })),
      options: { crops: 'ten' },
    });
    const answer = await client.classify(
      { url: `${images}/${keys[0] ?? ''}` },
      { crops: 'single', waitMs: 60_000 },
    );

    expect('result' in answer && answer.result.predictions.length).toBe(5);
    expect((await client.getBatch(bulk.id)).counts.pending).toBeGreaterThan(0);
    await client.cancelBatch(bulk.id);
  }, 300_000);

  it('fails with the code of the image', async () => {
    const { client, images } = system;
    const failure: unknown = await client
      .classify({ url: `${images}/no-such-key.jpg` }, {})
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CroplineError);
    expect((failure as CroplineError).code).toBe('IMAGE_NOT_FOUND');
  }, 300_000);

  it('answers 202 with where to poll when no worker is up', async () => {
    const { client, stack, images } = system;
    await Promise.all(stack.workers.map((worker) => worker.kill('SIGTERM')));
    const answer = await client.classify(
      { url: `${images}/${keys[0] ?? ''}` },
      { crops: 'single', waitMs: 100 },
    );
    expect('itemId' in answer).toBe(true);
    if (!('itemId' in answer)) return;
    expect((await client.getItem(answer.batchId, answer.itemId)).status).toBe('pending');
    await stack.addWorker();
    for await (const update of client.watch(answer.batchId, { intervalMs: 50 })) {
      expect(update.counts.total).toBe(1);
    }
    expect((await client.getItem(answer.batchId, answer.itemId)).status).toBe('succeeded');
  }, 300_000);

  (hasPhotos ? it : it.skip)(
    `labels an upload rightly${photosReason}`,
    async () => {
      const photo = (await readPhotos())[0]!;
      const answer = await system.client.classify(
        { bytes: await readFile(photo.path), contentType: 'image/jpeg' },
        { crops: 'ten', waitMs: 60_000 },
      );
      expect('result' in answer && answer.result.predictions[0]?.classIndex).toBe(photo.classIndex);
    },
    300_000,
  );
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resolveModel, saveCalibration } from '@cropline/model';
import { calibrateModel, createClassifier } from '@cropline/pipeline';
import { hasPhotos, photosFolder, photosReason, readPhotos, type Photo } from './support/photos.js';
import { readResults, startSystem, type System } from './support/system.js';

const CROPS = 'ten';
/** Photos to calibrate with: the others are then new to the model. */
const CALIBRATED = 20;
const MAX_PIXELS = 1e8;

const suite = hasPhotos ? describe : describe.skip;

suite(`Labelled photos through a worker in int8${photosReason}`, () => {
  let cacheDir: string;
  let system: System;
  let photos: readonly Photo[];
  /** The first class of each photo in fp32. */
  let exact: number[];

  beforeAll(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'cropline-int8-'));
    photos = await readPhotos();
    const mirror = process.env['CROPLINE_MODEL_MIRROR'] ?? '';
    const model = await resolveModel({ cacheDir, mirror });
    const step = Math.max(1, Math.floor(photos.length / CALIBRATED));
    const { calibration } = await calibrateModel({
      model,
      images: {
        names: photos.filter((_, index) => index % step === 0).map(({ file }) => file),
        read: (file) => readFile(join(photosFolder ?? '', file)),
      },
      maxPixels: MAX_PIXELS,
    });
    await saveCalibration(calibration, { cacheDir });

    const classifier = await createClassifier({ model, device: 'cpu', maxPixels: MAX_PIXELS });
    exact = await Promise.all(
      photos.map(async ({ path }) => {
        const bytes = await readFile(path);
        const { predictions } = await classifier.classify(bytes, { crops: CROPS, topK: 1 });
        return predictions[0]?.classIndex ?? -1;
      }),
    );
    await classifier.close();

    system = await startSystem({
      workers: 1,
      workerEnv: { CROPLINE_PRECISION: 'int8', CROPLINE_CACHE_DIR: cacheDir },
    });
    await Promise.all(
      photos.map(async ({ file, path }) =>
        system.store.put(`${system.images}/${file}`, await readFile(path)),
      ),
    );
  }, 600_000);
  afterAll(async () => {
    await system.stop();
    await rm(cacheDir, { recursive: true });
  });

  it('says int8 in every result, is right as often as fp32 but for one, and agrees on 97', async () => {
    const { client, images } = system;
    const { id } = await client.createBatch({
      items: photos.map(({ file }) => ({ id: file, url: `${images}/${file}` })),
      options: { crops: CROPS },
    });
    let last;
    for await (const batch of client.watch(id, { intervalMs: 250 })) last = batch;
    expect(last).toMatchObject({
      status: 'completed',
      model: {
        precision: 'int8',
        calibration: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
      },
    });

    const results = await readResults(client, id);
    const first = results.map((result) => {
      expect(result).toMatchObject({ status: 'succeeded', model: { precision: 'int8' } });
      return result.status === 'succeeded' ? result.predictions[0]?.classIndex : undefined;
    });
    const right = (classes: readonly (number | undefined)[]): number =>
      photos.filter(({ classIndex }, index) => classes[index] === classIndex).length;
    expect(right(first)).toBeGreaterThanOrEqual(right(exact) - 1);
    const same = first.filter((classIndex, index) => classIndex === exact[index]);
    expect(same.length).toBeGreaterThanOrEqual(0.97 * photos.length);
  }, 600_000);
});

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resolveModel } from '@cropline/model';
import { sharp } from '../decode/image-library.js';
import { mapInOrder } from '../item/map-in-order.js';
import type { Classifier } from './classifier.js';
import { createClassifier } from './create-classifier.js';

/** What another program made of the photos: class and score of the best five, best first, a policy. */
type Reference = Readonly<
  Record<string, Readonly<Record<'single' | 'ten', readonly (readonly [number, number])[]>>>
>;

const mirror = process.env['CROPLINE_MODEL_MIRROR'];
const photos = process.env['CROPLINE_PHOTOS'];
const given =
  mirror !== undefined && photos !== undefined && existsSync(join(photos, 'reference.json'));

/** 1,000 crops, in milliseconds, on a machine that has other things to do. */
const TIMEOUT_MS = 600_000;

/** How far scores may be off; different releases of a JPEG decoder differ by this much. */
const SCORE_TOLERANCE = 0.01;

(given ? describe : describe.skip)(
  `createClassifier against reference results${given ? '' : ' (needs CROPLINE_MODEL_MIRROR, and CROPLINE_PHOTOS with a reference.json)'}`,
  () => {
    let cacheDir: string;
    let classifier: Classifier;
    let reference: Reference;

    beforeAll(async () => {
      cacheDir = await mkdtemp(join(tmpdir(), 'cropline-agreement-'));
      reference = JSON.parse(await readFile(join(photos!, 'reference.json'), 'utf8')) as Reference;
      const model = await resolveModel({ cacheDir, mirror: mirror! });
      classifier = await createClassifier({ model, device: 'cpu', maxPixels: 1e8 });
    });
    afterAll(async () => {
      await classifier.close();
      await rm(cacheDir, { recursive: true });
    });

    it.each(['single', 'ten'] as const)(
      'names the same class for %s',
      async (policy) => {
        const names = Object.keys(reference);
        const outcomes = mapInOrder(names, { concurrency: 16 }, async (name) => {
          const bytes = await readFile(join(photos!, name));
          const { predictions } = await classifier.classify(bytes, { crops: policy, topK: 5 });
          const [classIndex, score] = reference[name]![policy][0]!;
          // The reference shows photos as they are stored, so one that lies on its side scores differently.
          const { orientation = 1 } = await sharp(bytes).metadata();
          const best = predictions[0]!;
          return {
            same: best.classIndex === classIndex,
            upright: orientation === 1,
            off: Math.abs(best.score - score),
          };
        });
        let same = 0;
        for await (const outcome of outcomes) {
          same += Number(outcome.same);
          if (outcome.upright && outcome.same) expect(outcome.off).toBeLessThan(SCORE_TOLERANCE);
        }
        expect(same).toBeGreaterThanOrEqual(0.95 * names.length);
      },
      TIMEOUT_MS,
    );
  },
);

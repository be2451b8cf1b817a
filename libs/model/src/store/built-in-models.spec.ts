import { stat } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { architectureOf } from '../model-folder/architecture-of.js';
import { readModelFolder } from '../model-folder/read-model-folder.js';
import { checkWeights } from '../weights/check-weights.js';
import { readWeightsFile } from '../weights/read-weights-file.js';
import { BUILT_IN_MODELS } from './known-models.js';

/** What a clone of the repository should not have to carry more than. */
const LARGEST_FILE = 14e6;

describe('a model that comes with Cropline', () => {
  for (const { name, folder } of BUILT_IN_MODELS) {
    it(`${name} is whole, small and licensed`, async () => {
      const { spec, path } = await readModelFolder(folder);
      expect(spec.name).toBe(name);
      expect(spec.license).toBeDefined();
      expect((await stat(path)).size).toBeLessThan(LARGEST_FILE);
      const architecture = architectureOf(spec)!;
      checkWeights(await readWeightsFile(path), architecture);
    });
  }
});

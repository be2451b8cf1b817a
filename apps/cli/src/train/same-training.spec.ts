import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { googlenet } from '@cropline/model';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openOutputFolder, type OutputFolder } from './output-folder.js';
import { requireSameTraining } from './same-training.js';

const start = {
  from: 'scratch',
  architecture: googlenet({ variant: 'bvlc', inputSize: 64 }),
  initial: null,
  resize: { inputSize: 64, resize: 'warp', resizeTo: 73 },
} as const;
const settings = {
  epochs: 5,
  batch: 8,
  optimizer: 'sgd',
  decay: 'step',
  learningRate: 0.01,
  weightDecay: 0,
  batchNormalization: false,
  auxiliaries: false,
  freeze: [],
  patience: null,
  seed: 1,
  threads: 1,
} as const;
const dataset = { labels: ['a', 'b'], train: [], validation: [], ignored: 0 };

let path: string;
let folder: OutputFolder;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'cropline-')), 'out');
  folder = await openOutputFolder(path, false);
});
afterEach(() => rm(join(path, '..'), { recursive: true }));

describe('requireSameTraining', () => {
  it('goes on with the same training, for more epochs too', async () => {
    await requireSameTraining(folder, false, start, settings, dataset);
    await requireSameTraining(
      folder,
      true,
      start,
      { ...settings, epochs: 9, patience: 2 },
      dataset,
    );
  });

  it.each([
    [{ batch: 16 }, /--batch 8 but received 16/],
    [{ freeze: ['conv1'] }, /--freeze/],
    [{ seed: 2 }, /--seed 1 but received 2/],
    [{ threads: 2 }, /--threads 1 but received 2/],
  ])('goes on with no other: %j', async (other, message) => {
    await requireSameTraining(folder, false, start, settings, dataset);
    const resumed = requireSameTraining(folder, true, start, { ...settings, ...other }, dataset);
    await expect(resumed).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('goes on with no other classes', async () => {
    await requireSameTraining(folder, false, start, settings, dataset);
    const other = { ...dataset, labels: ['b', 'a'] };
    await expect(requireSameTraining(folder, true, start, settings, other)).rejects.toThrow('a,b');
  });

  it('says so when what it was begun with is gone or damaged', async () => {
    const resumed = (): Promise<void> =>
      requireSameTraining(folder, true, start, settings, dataset);
    await expect(resumed()).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
    await requireSameTraining(folder, false, start, settings, dataset);
    await writeFile(join(folder.checkpoints, 'training.json'), '{"--batch"');
    await expect(resumed()).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
  });
});

describe('openOutputFolder', () => {
  it('writes over nothing, and resumes nothing that was not begun', async () => {
    await expect(openOutputFolder(path, true)).rejects.toThrow('no checkpoints');
    await writeFile(join(path, 'notes.txt'), '');
    await expect(openOutputFolder(path, false)).rejects.toMatchObject({
      code: 'USAGE_INVALID',
      message: expect.stringContaining('notes.txt'),
    });
    await expect(openOutputFolder(join(path, 'notes.txt'), false)).rejects.toMatchObject({
      code: 'USAGE_INVALID',
    });
  });

  it('resumes in a folder with checkpoints', async () => {
    await requireSameTraining(folder, false, start, settings, dataset);
    await expect(openOutputFolder(path, true)).resolves.toEqual(folder);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CroplineError } from '@cropline/contracts';
import { askCropline } from './ask-cropline.js';
import { chooseModel, STARTER_MODEL, type PullModel } from './choose-model.js';

const missing = new CroplineError('MODEL_UNAVAILABLE', 'no source gave them');

/** Pulls what is there; what is not fails with this error. */
const pulling =
  (there: readonly string[], error: Error = missing): PullModel =>
  ({ CROPLINE_MODEL: name = 'googlenet-bvlc' }) =>
    there.includes(name) ? Promise.resolve({ name }) : Promise.reject(error);

describe('the model of what is tried out', () => {
  let said: string[] = [];
  const choose = (chosen: string | undefined, pull: PullModel) => {
    said = [];
    return chooseModel(chosen, (line) => said.push(line), pull);
  };

  it('is the one of the environment, where it can be had, without a word', async () => {
    await expect(choose(undefined, pulling(['googlenet-bvlc', STARTER_MODEL]))).resolves.toEqual({
      name: 'googlenet-bvlc',
      env: {},
    });
    expect(said).toEqual([]);
  });

  it('is the starter, in one loud sentence, where the weights cannot be had', async () => {
    await expect(choose(undefined, pulling([STARTER_MODEL]))).resolves.toEqual({
      name: STARTER_MODEL,
      env: { CROPLINE_MODEL: STARTER_MODEL },
    });
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^\n!!! NO IMAGENET WEIGHTS .*googlenet-starter.*\n$/);
  });

  it.each<[string, string | undefined, PullModel, string]>([
    ['a model was named', 'mine.safetensors', pulling([STARTER_MODEL]), 'MODEL_UNAVAILABLE'],
    [
      'the weights are there and wrong',
      undefined,
      pulling([STARTER_MODEL], new CroplineError('MODEL_DIGEST_MISMATCH', 'another file')),
      'MODEL_DIGEST_MISMATCH',
    ],
  ])('is none where %s', async (_, chosen, pull, code) => {
    await expect(choose(chosen, pull)).rejects.toMatchObject({ code });
    expect(said).toEqual([]);
  });

  it('is none, with both reasons, where the starter cannot be had either', async () => {
    await expect(choose(undefined, pulling([]))).rejects.toThrow(
      'no source gave them; and googlenet-starter does not stand in: no source gave them',
    );
  });
});

describe('asking the command line', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-ask-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('gives its answer', async () => {
    const answer = await askCropline(['model', 'list', '--json'], { CROPLINE_CACHE_DIR: folder });
    expect(answer).toContain('"name":"googlenet-bvlc"');
  });

  it('gives the error that it ends with', async () => {
    const env = { CROPLINE_CACHE_DIR: folder };
    await expect(askCropline(['model', 'pull', 'vgg-900'], env)).rejects.toMatchObject({
      code: 'MODEL_UNKNOWN',
      message: expect.stringContaining('vgg-900') as unknown,
    });
  });
});

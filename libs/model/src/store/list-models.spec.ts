import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeModel } from './describe-model.js';
import { fileDigest } from './file-digest.js';
import { KNOWN_MODELS } from './known-models.js';
import { listModels } from './list-models.js';
import { resolveModel } from './resolve-model.js';

const MIRROR = process.env['CROPLINE_MODEL_MIRROR'];
const withWeights = MIRROR === undefined ? it.skip : it;
const condition = MIRROR === undefined ? ' [CROPLINE_MODEL_MIRROR is not set]' : '';
const known = KNOWN_MODELS[0]!;

describe('what the store tells of models', () => {
  let cacheDir: string;
  let path: string;

  beforeEach(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'cropline-list-'));
    path = join(cacheDir, 'models', 'googlenet-bvlc', 'googlenet-12.onnx');
  });

  afterEach(() => rm(cacheDir, { recursive: true }));

  const putIntoCache = async (bytes: Uint8Array): Promise<void> => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  };

  it('lists a model that is not in the cache, and where it would come from', async () => {
    expect(
      await listModels({ cacheDir, mirror: 'https://me:hush@mirror.example/m?sig=1' }),
    ).toEqual([
      {
        name: 'googlenet-bvlc',
        default: true,
        builtIn: false,
        cached: false,
        path,
        bytes: null,
        license: known.license,
        sources: ['https://mirror.example/m/googlenet-12.onnx', known.url],
      },
      expect.objectContaining({
        name: 'googlenet-torchvision',
        default: false,
        sources: [
          'https://mirror.example/m/googlenet-1378be20.pth',
          'https://download.pytorch.org/models/googlenet-1378be20.pth',
        ],
      }),
      expect.objectContaining({ name: 'googlenet-starter', builtIn: true, sources: [] }),
    ]);
  });

  it('lists a model that is in the cache', async () => {
    await putIntoCache(Buffer.alloc(9));
    expect((await listModels({ cacheDir }))[0]).toMatchObject({ cached: true, path, bytes: 9 });
  });

  it('describes a model that is not in the cache', async () => {
    expect(await describeModel({ cacheDir })).toEqual({
      name: 'googlenet-bvlc',
      variant: 'bvlc',
      width: 1,
      digest: known.digest,
      parameters: 6_998_552,
      inputSize: 224,
      input: { channels: ['blue', 'green', 'red'], mean: [104, 117, 123], scale: [1, 1, 1] },
      resize: 'warp',
      resizeTo: 256,
      classes: 1000,
      license: known.license,
      training: null,
      weights: { path, state: 'missing', bytes: null },
      graphPath: null,
      calibration: null,
      sources: [known.url],
    });
  });

  it('finds damaged weights', async () => {
    await putIntoCache(Buffer.alloc(9));
    const { weights, digest } = await describeModel({ cacheDir });
    expect(weights).toEqual({ path, state: 'damaged', bytes: null });
    expect(digest).toBe(known.digest);
  });

  it('describes a file of one’s own by what it holds', async () => {
    const own = join(cacheDir, 'own.safetensors');
    await writeFile(own, 'weights');
    expect(await describeModel({ cacheDir, model: own })).toMatchObject({
      name: 'own',
      digest: 'sha256:9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c',
      license: null,
      weights: { path: own, state: 'intact', bytes: 7 },
      sources: [],
    });
  });

  it('knows no model of another name', async () => {
    await expect(describeModel({ cacheDir, model: 'vgg' })).rejects.toMatchObject({
      code: 'MODEL_UNKNOWN',
    });
  });

  withWeights(`describes a mirror’s weights after they are resolved${condition}`, async () => {
    const notices: string[] = [];
    const model = await resolveModel({
      cacheDir,
      mirror: MIRROR!,
      onNotice: (notice) => notices.push(notice),
    });
    const digest = `sha256:${await fileDigest(join(MIRROR!, 'googlenet-12.onnx'))}`;
    expect(model.info).toMatchObject({ name: 'googlenet-bvlc', digest });
    // A mirror may hold another file with good weights; that is told.
    expect(notices).toHaveLength(digest === known.digest ? 0 : 1);
    expect(await describeModel({ cacheDir })).toMatchObject({
      digest,
      weights: { path: model.weightsPath, state: 'intact' },
      graphPath: model.graphPath,
    });
  });
});

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { googlenet } from '../architecture/googlenet.js';
import { randomWeights } from '../weights/random-weights.js';
import { writeSafetensors } from '../weights/write-safetensors.js';
import { DOWNLOAD_LIMITS } from './download.js';
import { KNOWN_MODELS, type KnownModel } from './known-models.js';
import { resolveModel } from './resolve-model.js';
import type { ResolvedModel, ResolveModelOptions } from './resolved-model.js';
import { startFileServer, type FileServer } from './testing/file-server.js';

const FILE = 'net.safetensors';
const NET = googlenet({ variant: 'torchvision', classes: 3, inputSize: 64, width: 0.125 });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a model of whose digest only the beginning is published', () => {
  const weights = writeSafetensors(randomWeights(8, NET), {});
  const others = writeSafetensors(randomWeights(9, NET), {});
  let server: FileServer;
  let folder: string;
  let cacheDir: string;
  let notices: string[];

  beforeAll(async () => {
    server = await startFileServer();
    folder = await mkdtemp(join(tmpdir(), 'cropline-prefix-'));
  });

  beforeEach(async () => {
    cacheDir = await mkdtemp(join(folder, 'cache-'));
    server.requests.length = 0;
    server.files.clear();
    server.files.set(`/${FILE}`, { bytes: weights });
    notices = [];
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const resolve = (
    digest: string,
    options: Partial<ResolveModelOptions> = {},
  ): Promise<ResolvedModel> => {
    const model: KnownModel = {
      ...KNOWN_MODELS[0]!,
      name: 'net',
      architecture: NET,
      inputSize: 64,
      classes: 3,
      file: FILE,
      url: `${server.url}/${FILE}`,
      digest: `sha256:${digest}`,
    };
    const limits = { ...DOWNLOAD_LIMITS, attempts: 1 };
    const onNotice = (notice: string): unknown => notices.push(notice);
    return resolveModel(
      { cacheDir, model: 'net', onNotice, ...options },
      { models: [model], limits },
    );
  };

  it('is told by that, and named by the whole digest', async () => {
    const prefix = sha256(weights).slice(0, 8);
    const first = await resolve(prefix);
    expect(first.info.digest).toBe(`sha256:${sha256(weights)}`);
    expect(await resolve(prefix)).toEqual(first);
    expect(server.requests).toHaveLength(1);
    await truncate(first.weightsPath, 1000);
    expect(await resolve(prefix)).toEqual(first);
    expect(server.requests).toHaveLength(2);
    expect(notices).toEqual([expect.stringContaining('is damaged')]);
  });

  it('is taken from a mirror without a word', async () => {
    const mirror = join(folder, 'mirror');
    await mkdir(mirror);
    await writeFile(join(mirror, FILE), weights);
    await resolve(sha256(weights).slice(0, 8), { mirror });
    expect(notices).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  it('is not a file whose digest begins otherwise', async () => {
    await expect(resolve(sha256(others).slice(0, 8))).rejects.toMatchObject({
      code: 'MODEL_DIGEST_MISMATCH',
      message: expect.stringContaining(`${sha256(others).slice(0, 8)} was expected`),
    });
  });

  it('must have the right structure too, as a beginning is little to go by', async () => {
    const page = Buffer.from('<!doctype html>');
    server.files.set(`/${FILE}`, { bytes: page });
    await expect(resolve(sha256(page).slice(0, 8))).rejects.toMatchObject({
      code: 'MODEL_FILE_INVALID',
    });
  });
});

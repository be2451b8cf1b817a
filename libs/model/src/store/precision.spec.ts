import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import { rangeNames } from '../quantization/range-names.js';
import { randomWeights } from '../weights/random-weights.js';
import { writeSafetensors } from '../weights/write-safetensors.js';
import { calibrationText, type Calibration } from './calibration.js';
import { DOWNLOAD_LIMITS } from './download.js';
import { KNOWN_MODELS, type KnownModel } from './known-models.js';
import { resolveModel, type StoreSettings } from './resolve-model.js';
import type { ResolvedModel, ResolveModelOptions } from './resolved-model.js';
import { saveCalibration } from './save-calibration.js';
import { startFileServer, type FileServer } from './testing/file-server.js';

const WEIGHTS = 'net.safetensors';
const CALIBRATION = 'net.int8.json';

describe('resolveModel in a precision', () => {
  let server: FileServer;
  let folder: string;
  let cacheDir: string;
  let mirror: string;
  let settings: StoreSettings;
  let good: Calibration;

  beforeAll(async () => {
    server = await startFileServer();
    folder = await mkdtemp(join(tmpdir(), 'cropline-precision-'));
    [cacheDir, mirror] = [join(folder, 'cache'), join(folder, 'mirror')];
    await mkdir(mirror);
    const bytes = writeSafetensors(randomWeights(4, BVLC_GOOGLENET), {});
    await writeFile(join(mirror, WEIGHTS), bytes);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const url = `${server.url}/published/${WEIGHTS}`;
    const net: KnownModel = { ...KNOWN_MODELS[0]!, name: 'net', file: WEIGHTS, url, digest };
    settings = { models: [net], limits: { ...DOWNLOAD_LIMITS, attempts: 2, backoffMs: 1 } };
    good = {
      model: 'net',
      weights: digest,
      images: { count: 10, digest: 'sha256:0' },
      crops: 'ten',
      createdAt: '2026-11-24T12:00:00.000Z',
      version: '0.1.0',
      layers: {
        percentile: 0.999,
        crops: 100,
        ranges: Object.fromEntries(rangeNames(BVLC_GOOGLENET).map((name) => [name, 100])),
      },
    };
    // The weights and the fp32 graph stay in the cache for all of what follows.
    await resolve({ precision: 'fp32' });
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    server.files.clear();
    for (const path of [cached(), join(mirror, CALIBRATION)]) await rm(path, { force: true });
  });

  const cached = (): string => join(cacheDir, 'models', 'net', CALIBRATION);
  const resolve = (options: Partial<ResolveModelOptions> = {}): Promise<ResolvedModel> =>
    resolveModel({ cacheDir, model: 'net', mirror, precision: 'int8', ...options }, settings);
  /** The text of a calibration with something of it changed. */
  const textWith = (change: object): string =>
    JSON.stringify({ ...(JSON.parse(calibrationText(good)) as object), ...change });

  it('keeps a graph for each precision, and says which one it is', async () => {
    await saveCalibration(good, { cacheDir });
    const models = [await resolve(), await resolve({ precision: 'fp16' })];
    models.push(await resolveModel({ cacheDir, model: 'net', mirror }, settings));
    expect(models.map(({ precision }) => precision)).toEqual(['int8', 'fp16', 'fp32']);
    expect(new Set(models.map(({ graphPath }) => graphPath)).size).toBe(3);
  });

  it('makes another graph for another calibration of the same weights', async () => {
    await saveCalibration(good, { cacheDir });
    const { graphPath } = await resolve();
    await saveCalibration(
      {
        ...good,
        layers: { ...good.layers, ranges: { ...good.layers.ranges, 'conv1/7x7_s2': 50 } },
      },
      { cacheDir },
    );
    expect((await resolve()).graphPath).not.toBe(graphPath);
    await saveCalibration({ ...good, createdAt: '2027-01-01T00:00:00.000Z' }, { cacheDir });
    expect((await resolve()).graphPath).toBe(graphPath);
  });

  it('says where it looked and what to do when there is no calibration', async () => {
    await expect(resolve()).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      retryable: false,
      message: `Expected a calibration of net, which int8 needs, but there is none: the cache at ${cached()} (it is not there), ${join(mirror, CALIBRATION)} (there is no such file); run \`cropline model quantize --calibrate DIR\` with images like yours, or put the ${CALIBRATION} that it made elsewhere into the folder or URL of CROPLINE_MODEL_MIRROR, or set CROPLINE_PRECISION=fp32`,
    });
  });

  it.each(['a folder', 'a URL'])(
    'takes it from a mirror that is %s, and keeps it',
    async (kind) => {
      const text = calibrationText(good);
      if (kind === 'a folder') await writeFile(join(mirror, CALIBRATION), text);
      else server.files.set(`/m/${CALIBRATION}`, { bytes: Buffer.from(text) });
      const from = kind === 'a folder' ? mirror : `${server.url}/m`;
      // Two at once, as workers start.
      const [first, second] = await Promise.all([
        resolve({ mirror: from }),
        resolve({ mirror: from }),
      ]);
      expect(first).toEqual(second);
      expect(await readFile(cached(), 'utf8')).toBe(text);
      await rm(join(mirror, CALIBRATION), { force: true });
      server.files.clear();
      expect(await resolve()).toEqual(first);
    },
  );

  it.each<[string, () => string, RegExp]>([
    ['is of other weights', () => textWith({ weights: 'sha256:1' }), /of the weights "sha256:1"/],
    ['is cut short', () => calibrationText(good).slice(0, 500), /it is not JSON/],
    ['has another format', () => textWith({ format: 2 }), /its format is 2 where 1 is read/],
    ['lacks a layer', () => textWith({ layers: { ...good.layers, ranges: {} } }), /range of conv1/],
    ['is no object', () => '[]', /it is \[\] where an object was expected/],
    ['does not say when', () => textWith({ createdAt: 5 }), /its createdAt is 5/],
  ])('refuses one that %s, and keeps nothing of it', async (_, text, reason) => {
    await writeFile(join(mirror, CALIBRATION), text());
    await expect(resolve()).rejects.toMatchObject({
      code: 'CALIBRATION_INVALID',
      message: expect.stringMatching(reason) as unknown,
    });
    expect(await readdir(join(cacheDir, 'models', 'net'))).not.toContainEqual(
      expect.stringContaining(CALIBRATION),
    );
  });

  it("takes the mirror's in place of one in the cache that is of other weights", async () => {
    await saveCalibration({ ...good, weights: 'sha256:1' }, { cacheDir });
    await writeFile(join(mirror, CALIBRATION), calibrationText(good));
    await resolve();
    expect(await readFile(cached(), 'utf8')).toBe(calibrationText(good));
  });

  it('takes one that lies beside a file of weights', async () => {
    await expect(resolve({ model: join(mirror, WEIGHTS) })).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringContaining('into the folder of the weights') as unknown,
    });
    await writeFile(join(mirror, CALIBRATION), calibrationText(good));
    const { info, precision, calibration } = await resolve({ model: join(mirror, WEIGHTS) });
    expect({ name: info.name, precision }).toEqual({ name: 'net', precision: 'int8' });
    expect(calibration).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

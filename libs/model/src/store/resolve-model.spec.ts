import { createHash } from 'node:crypto';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import { randomWeights } from '../weights/random-weights.js';
import { writeSafetensors } from '../weights/write-safetensors.js';
import { DOWNLOAD_LIMITS } from './download.js';
import { KNOWN_MODELS, type KnownModel } from './known-models.js';
import { resolveModel, type StoreSettings } from './resolve-model.js';
import type { ModelProgress, ResolvedModel, ResolveModelOptions } from './resolved-model.js';
import { startFileServer, type FileServer } from './testing/file-server.js';

const FILE = 'net.safetensors';
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** Compared in place of the bytes: jest takes minutes over millions of them. */
const digestAt = async (path: string): Promise<string> => sha256(await readFile(path));

describe('resolveModel', () => {
  let weights: Uint8Array;
  let otherWeights: Uint8Array;
  let server: FileServer;
  /** A cache that holds the graphs of both weights. */
  let emitted: string;
  let folder: string;
  let cacheDir: string;
  let mirror: string;
  let settings: StoreSettings;
  let notices: string[];
  let progress: ModelProgress[];

  beforeAll(async () => {
    weights = writeSafetensors(randomWeights(1, BVLC_GOOGLENET), {});
    otherWeights = writeSafetensors(randomWeights(2, BVLC_GOOGLENET), {});
    server = await startFileServer();
    emitted = await mkdtemp(join(tmpdir(), 'cropline-emitted-'));
    for (const bytes of [weights, otherWeights]) {
      const model = join(emitted, FILE);
      await writeFile(model, bytes);
      await resolveModel({ cacheDir: emitted, model });
    }
  });

  afterAll(async () => {
    await server.stop();
    await rm(emitted, { recursive: true });
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-resolve-'));
    cacheDir = join(folder, 'cache');
    mirror = join(folder, 'mirror');
    await mkdir(mirror);
    server.files.clear();
    server.files.set(`/published/${FILE}`, { bytes: weights, etag: '"one"' });
    server.requests.length = 0;
    const net: KnownModel = {
      ...KNOWN_MODELS[0]!,
      name: 'net',
      file: FILE,
      url: `${server.url}/published/${FILE}`,
      digest: `sha256:${sha256(weights)}`,
    };
    settings = { models: [net], limits: { ...DOWNLOAD_LIMITS, attempts: 2, backoffMs: 1 } };
    notices = [];
    progress = [];
  });

  afterEach(() => rm(folder, { recursive: true }));

  const resolve = (options: Partial<ResolveModelOptions> = {}): Promise<ResolvedModel> =>
    resolveModel(
      {
        cacheDir,
        model: 'net',
        onNotice: (notice) => notices.push(notice),
        onProgress: (step) => progress.push(step),
        ...options,
      },
      settings,
    );

  const weightsPath = (): string => join(cacheDir, 'models', 'net', FILE);

  it('fetches the published weights once, emits the graph once, and tells how far it is', async () => {
    const first = await resolve();
    expect(first.info).toMatchObject({ name: 'net', digest: `sha256:${sha256(weights)}` });
    expect(first.weightsPath).toBe(weightsPath());
    expect(await digestAt(first.weightsPath)).toBe(sha256(weights));
    const source = `${server.url}/published/${FILE}`;
    const total = weights.length;
    expect(progress[0]).toEqual({ file: FILE, source, receivedBytes: 0, totalBytes: total });
    expect(progress.at(-1)).toMatchObject({ receivedBytes: total, totalBytes: total });
    const graph = await digestAt(first.graphPath);

    expect(await resolve()).toEqual(first);
    expect(server.requests).toHaveLength(1);
    expect(await digestAt(first.graphPath)).toBe(graph);
    expect(notices).toEqual([]);
    expect((await readdir(join(cacheDir, 'models', 'net'))).sort()).toEqual([
      FILE,
      `${FILE}.sha256`,
    ]);
    expect(await readdir(join(cacheDir, 'graphs'))).toHaveLength(4);
  });

  it('fetches damaged weights again and says so', async () => {
    const { graphPath } = await resolve();
    await truncate(weightsPath(), 1_000_000);
    expect((await resolve()).graphPath).toBe(graphPath);
    expect(await digestAt(weightsPath())).toBe(sha256(weights));
    expect(notices).toEqual([expect.stringMatching(/^\S+net.safetensors is damaged \(.*again$/)]);
  });

  it('emits a damaged graph again', async () => {
    const { graphPath } = await resolve();
    const graph = await digestAt(graphPath);
    await truncate(graphPath, 1000);
    await resolve();
    expect(await digestAt(graphPath)).toBe(graph);
  });

  it('refuses other weights at the public URL, and keeps nothing of them', async () => {
    server.files.set(`/published/${FILE}`, { bytes: otherWeights, etag: '"two"' });
    await expect(resolve()).rejects.toMatchObject({
      code: 'MODEL_DIGEST_MISMATCH',
      message: expect.stringContaining(
        `its sha256 is ${sha256(otherWeights)} where ${sha256(weights)} was expected`,
      ) as unknown,
    });
    expect(await readdir(join(cacheDir, 'models', 'net'))).toEqual([]);
  });

  it('lets two calls at once fetch once', async () => {
    const [first, second] = await Promise.all([resolve(), resolve()]);
    expect(first).toEqual(second);
    expect(server.requests).toHaveLength(1);
  });

  describe('with a mirror', () => {
    beforeEach(async () => {
      await mkdir(cacheDir);
      await symlink(join(emitted, 'graphs'), join(cacheDir, 'graphs'));
    });

    it('takes the published file of a folder without a word', async () => {
      await writeFile(join(mirror, FILE), weights);
      await resolve({ mirror });
      expect(notices).toEqual([]);
      expect(server.requests).toEqual([]);
      expect(progress.at(-1)).toMatchObject({
        source: join(mirror, FILE),
        receivedBytes: weights.length,
        totalBytes: weights.length,
      });
    });

    it('takes other weights of the right structure, names their digest, and keeps to them', async () => {
      await writeFile(join(mirror, FILE), otherWeights);
      const digest = `sha256:${sha256(otherWeights)}`;
      expect((await resolve({ mirror })).info.digest).toBe(digest);
      expect(notices).toEqual([expect.stringContaining(digest)]);
      expect((await resolve()).info.digest).toBe(digest);
      expect(server.requests).toEqual([]);
    });

    it('takes other weights silently when their digest lies beside them', async () => {
      await writeFile(join(mirror, FILE), otherWeights);
      await writeFile(join(mirror, `${FILE}.sha256`), `${sha256(otherWeights)}  ${FILE}\n`);
      expect((await resolve({ mirror })).info.digest).toBe(`sha256:${sha256(otherWeights)}`);
      expect(notices).toEqual([]);
    });

    it.each([
      ['whose digest is not the one beside it', () => otherWeights, /its sha256 is \w+ where/],
      ['that is cut short', () => weights.subarray(0, 5_000_000), /its sha256 is \w+ where/],
      ['that is published but not the one beside it', () => weights, /its sha256 is \w+ where/],
    ])('goes on to the public URL after a file %s', async (_fault, bytes, reason) => {
      await writeFile(join(mirror, FILE), bytes());
      await writeFile(join(mirror, `${FILE}.sha256`), '0'.repeat(64));
      expect((await resolve({ mirror })).info.digest).toBe(`sha256:${sha256(weights)}`);
      expect(notices).toEqual([expect.stringMatching(reason)]);
    });

    it('checks the structure of a file without a digest', async () => {
      await writeFile(join(mirror, FILE), weights.subarray(0, 5_000_000));
      server.files.clear();
      const error: unknown = await resolve({ mirror }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE' });
      expect(String(error)).not.toContain('.partial');
      expect(await readdir(join(cacheDir, 'models', 'net'))).toEqual([]);
    });

    it('asks a URL for the digest and the file, with its secrets, and shows none of them', async () => {
      server.files.clear();
      const { host } = new URL(server.url);
      mirror = `http://someone:hush@${host}/secretless?token=tell-nobody`;
      const error: unknown = await resolve({ mirror }).catch((thrown: unknown) => thrown);
      const told = `${String(error)} ${notices.join(' ')} ${JSON.stringify(progress)}`;
      expect(told).toContain(`${server.url}/secretless/${FILE}`);
      expect(told).not.toMatch(/someone|hush|token|tell-nobody/);
      expect(server.requests.map(({ url }) => url)).toEqual([
        `/secretless/${FILE}.sha256?token=tell-nobody`,
        `/secretless/${FILE}?token=tell-nobody`,
        `/published/${FILE}`,
      ]);
      expect(server.requests[0]?.headers.authorization).toMatch(/^Basic /);
      expect(server.requests[2]?.headers.authorization).toBeUndefined();
    });

    it('fetches from a URL what has the digest beside it', async () => {
      server.files.set(`/m/${FILE}`, { bytes: otherWeights });
      server.files.set(`/m/${FILE}.sha256`, { bytes: Buffer.from(sha256(otherWeights)) });
      const { info } = await resolve({ mirror: `${server.url}/m/` });
      expect(info.digest).toBe(`sha256:${sha256(otherWeights)}`);
      expect(notices).toEqual([]);
    });

    /** Leaves a part of the published file in the cache. */
    const breakOff = async (): Promise<void> => {
      const controller = new AbortController();
      const onProgress = ({ receivedBytes }: ModelProgress): void => {
        if (receivedBytes > 1_000_000) controller.abort(new Error('enough'));
      };
      const broken = resolve({ onProgress, signal: controller.signal });
      await expect(broken).rejects.toThrow('enough');
    };

    it('copies the whole of its file where a download was broken off before', async () => {
      await breakOff();
      await writeFile(join(mirror, FILE), weights);
      await resolve({ mirror });
      expect(await digestAt(weightsPath())).toBe(sha256(weights));
      expect(server.requests).toHaveLength(1);
    });

    it('goes on with a download from the public URL after a mirror that has nothing', async () => {
      await breakOff();
      await resolve({ mirror });
      expect(server.requests.at(-1)?.headers.range).toMatch(/^bytes=\d{7,}-$/);
      expect(await digestAt(weightsPath())).toBe(sha256(weights));
    });

    it('refuses a mirror that is no URL without repeating it', async () => {
      const error: unknown = await resolve({ mirror: 'https://me:hush@:x' }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
      expect(String(error)).not.toContain('hush');
    });
  });

  it('tells in one sentence what was tried, why it failed and what to do', async () => {
    server.intercept = (_request, response) => {
      response.writeHead(500).end();
      return true;
    };
    const error = await resolve({ mirror }).catch((thrown: unknown) => thrown as Error);
    server.intercept = undefined;
    expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
    expect((error as Error).message).toBe(
      `Expected the weights of net but no source gave them: the cache at ${weightsPath()} (it is not there), ${join(mirror, FILE)} (there is no such file), ${server.url}/published/${FILE} (the host answered 500 Internal Server Error, 2 times in a row); set CROPLINE_MODEL_MIRROR to a folder or URL that holds ${FILE}, or run \`cropline model pull\` where there is a network`,
    );
  });

  it('says what to do when the cache cannot be written', async () => {
    await writeFile(cacheDir, 'a file where a folder should be');
    await expect(resolve()).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringMatching(/^Expected to write .* CROPLINE_CACHE_DIR/) as unknown,
    });
  });

  describe('with a file', () => {
    it('takes it where it lies, under its own name', async () => {
      const path = join(folder, 'mine.v2.safetensors');
      await writeFile(path, otherWeights);
      const model = await resolve({ model: path });
      expect(model.weightsPath).toBe(path);
      expect(model.info).toMatchObject({
        name: 'mine.v2',
        architecture: BVLC_GOOGLENET,
        digest: `sha256:${sha256(otherWeights)}`,
        classes: 1000,
      });
      expect((await stat(model.graphPath)).size).toBeGreaterThan(20_000_000);
    });

    it('refuses one that holds no weights', async () => {
      const path = join(folder, 'notes.onnx');
      await writeFile(path, 'these are not weights');
      await expect(resolve({ model: path })).rejects.toMatchObject({
        code: 'MODEL_FILE_INVALID',
        message: expect.stringContaining(path) as unknown,
      });
      expect((await readdir(join(cacheDir, 'graphs'))).length).toBe(0);
    });

    it('names the models there are when there is no such file', async () => {
      await expect(resolve({ model: 'resnet' })).rejects.toMatchObject({
        code: 'MODEL_UNKNOWN',
        message: expect.stringMatching(/\(net\).*"resnet"/) as unknown,
      });
    });
  });
});

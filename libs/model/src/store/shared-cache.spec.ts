import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import { randomWeights } from '../weights/random-weights.js';
import { writeSafetensors } from '../weights/write-safetensors.js';
import { KNOWN_MODELS, type KnownModel } from './known-models.js';
import type { ResolvedModel } from './resolved-model.js';
import { startFileServer, type FileServer } from './testing/file-server.js';

/** Resolves a model in a process of its own and prints it as JSON, or the error. */
const SCRIPT = `
  const { resolveModel } = await import(process.argv[1]);
  const { DOWNLOAD_LIMITS } = await import(process.argv[2]);
  const { cacheDir, model } = JSON.parse(process.argv[3]);
  const settings = { models: [model], limits: DOWNLOAD_LIMITS };
  console.log(JSON.stringify(
    await resolveModel({ cacheDir, model: model.name }, settings).then(
      ({ weightsPath, graphPath }) => ({ weightsPath, graphPath }),
      ({ code, message }) => ({ code, message }),
    ),
  ));
`;
/** Whom a process runs as that a folder's mode can stop; root is stopped by none. */
const NOBODY = 65_534;

describe('a cache that processes share', () => {
  let server: FileServer;
  let folder: string;
  let cacheDir: string;
  let model: KnownModel;

  beforeEach(async () => {
    const bytes = writeSafetensors(randomWeights(3, BVLC_GOOGLENET), {});
    server = await startFileServer();
    server.files.set('/net.safetensors', { bytes });
    folder = await mkdtemp(join(tmpdir(), 'cropline-shared-'));
    await chmod(folder, 0o755);
    cacheDir = join(folder, 'cache');
    model = {
      ...KNOWN_MODELS[0]!,
      labels: [],
      name: 'net',
      file: 'net.safetensors',
      url: `${server.url}/net.safetensors`,
      digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    };
  });

  afterEach(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  type Answer = Partial<ResolvedModel & { code: string; message: string }>;

  const inProcess = async (user?: number): Promise<Answer> => {
    const modules = ['./resolve-model.js', './download.js'].map(
      (name) => new URL(name, import.meta.url).href,
    );
    const args = [...modules, JSON.stringify({ cacheDir, model })];
    const child = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(user === undefined ? {} : { uid: user, gid: user }),
    });
    let text = '';
    for await (const chunk of child.stdout) text += String(chunk);
    return JSON.parse(text) as Answer;
  };

  it('is filled once by processes that start together', async () => {
    const [first, ...others] = await Promise.all([inProcess(), inProcess(), inProcess()]);
    expect(first.weightsPath).toBe(join(cacheDir, 'models', 'net', 'net.safetensors'));
    expect(others).toEqual([first, first]);
    expect(server.requests).toHaveLength(1);
    expect(await readdir(join(cacheDir, 'graphs'))).toHaveLength(4);
  });

  describe('and cannot write', () => {
    const user = process.getuid?.() === 0 ? NOBODY : undefined;

    it('serves when it is complete', async () => {
      const complete = await inProcess();
      await setModes(0o555);
      expect(await inProcess(user)).toEqual(complete);
      expect(server.requests).toHaveLength(1);
      await setModes(0o755);
    });

    it('says what to do when it is not', async () => {
      await mkdir(cacheDir);
      await writeFile(join(cacheDir, 'CACHEDIR.TAG'), '');
      await chmod(cacheDir, 0o555);
      expect(await inProcess(user)).toEqual({
        code: 'MODEL_UNAVAILABLE',
        message: expect.stringMatching(
          /^Expected to write .*models.* let this user write there, or set CROPLINE_CACHE_DIR/,
        ),
      });
      await chmod(cacheDir, 0o755);
    });

    const setModes = async (mode: number): Promise<void> => {
      for (const part of ['', 'models', 'models/net', 'graphs']) {
        await chmod(join(cacheDir, part), mode);
      }
    };
  });
});

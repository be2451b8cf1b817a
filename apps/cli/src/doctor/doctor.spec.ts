import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BVLC_GOOGLENET, randomWeights, writeSafetensors } from '@cropline/model';
import { startRedis, startS3 } from '@cropline/tools';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCropline } from '../testing/run-cropline.js';
import type { Examination } from './examination.js';

describe('cropline doctor', () => {
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-doctor-'));
    const model = join(folder, 'random.safetensors');
    await writeFile(model, writeSafetensors(randomWeights(1, BVLC_GOOGLENET), {}));
    env = { CROPLINE_MODEL: model, CROPLINE_CACHE_DIR: join(folder, 'cache') };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const examined = async (
    more: Readonly<Record<string, string>>,
  ): Promise<{ code: number | null; found: Examination }> => {
    const { code, stdout, stderr } = await runCropline(['doctor', '--json'], {
      env: { ...env, ...more },
    });
    expect(stderr).toBe('');
    return { code, found: JSON.parse(stdout) as Examination };
  };

  it('tells what a worker would run on and why, and what else there is and lacks', async () => {
    const { code, found } = await examined({ CROPLINE_DEVICE: 'cpu' });
    expect(code).toBe(0);
    expect(found).toMatchObject({
      ok: true,
      worker: {
        backend: 'onnx',
        runtime: 'ONNX Runtime',
        device: 'cpu',
        because: 'CROPLINE_BACKEND is onnx, and CROPLINE_DEVICE is cpu',
      },
      model: { name: 'random', weights: 'intact', graphPath: null },
      cache: { writable: true },
      servers: [],
    });
    const of = (runtime: string, device: string) =>
      found.runtimes.find((one) => one.runtime === runtime && one.device === device);
    expect(of('onnxruntime', 'cpu')?.absence).toBeNull();
    expect(of('wasm', 'cpu')?.absence).toBeNull();
    for (const runtime of ['tfjs-node', 'tfjs-node-gpu']) {
      const absence = found.runtimes.find((one) => one.runtime === runtime)?.absence ?? null;
      if (absence !== null) expect(absence).toMatch(/docs\/gpu\.md/);
    }
  });

  it('tells of TensorFlow.js when that is chosen', async () => {
    const { found } = await examined({ CROPLINE_DEVICE: 'cpu', CROPLINE_BACKEND: 'tfjs' });
    expect(found.worker).toMatchObject({
      backend: 'tfjs',
      runtime: expect.stringMatching(/^TensorFlow\.js on /),
      device: 'cpu',
    });
  });

  it.each([
    ['a device that is not there', { CROPLINE_DEVICE: 'cuda:9999' }, 'DEVICE_UNAVAILABLE'],
    [
      'a precision that it lacks',
      { CROPLINE_DEVICE: 'cpu', CROPLINE_PRECISION: 'fp16' },
      'PRECISION_UNSUPPORTED',
    ],
  ])('says that a worker would not start with %s, and exits with 3', async (_, more, fault) => {
    const { code, found } = await examined(more);
    expect(code).toBe(3);
    expect(found).toMatchObject({ ok: false, worker: { fault: { code: fault } } });
  });

  it('says that a model is not there', async () => {
    const { code, found } = await examined({ CROPLINE_DEVICE: 'cpu', CROPLINE_MODEL: 'resnet' });
    expect(code).toBe(3);
    expect(found.model).toMatchObject({ fault: { code: 'MODEL_UNKNOWN' } });
  });

  it('finds the servers that are there', async () => {
    const [redis, s3] = [await startRedis(), await startS3()];
    try {
      const more = { CROPLINE_DEVICE: 'cpu', REDIS_URL: redis.url, S3_ENDPOINT: s3.endpoint };
      const { code, found } = await examined(more);
      expect(found.servers).toMatchObject([
        { name: 'Redis', absence: null },
        { name: 'S3', absence: null },
      ]);
      expect(code).toBe(0);
      // A password that it does not ask for.
      const { found: refused } = await examined({
        ...more,
        REDIS_URL: redis.url.replace('redis://', 'redis://:hunter2@'),
      });
      expect(refused.servers[0]?.absence).toMatch(/^it answered ERR .*: check REDIS_URL$/);
    } finally {
      await Promise.all([redis.stop(), s3.stop()]);
    }
  });

  it('prints it for people, with what is wrong and no secret', async () => {
    const { code, stdout } = await runCropline(['doctor'], {
      env: {
        ...env,
        LANG: 'C',
        CROPLINE_DEVICE: 'cpu',
        REDIS_URL: 'redis://me:hunter2@127.0.0.1:1',
        S3_ENDPOINT: 'http://127.0.0.1:2',
      },
    });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^\+ A worker here runs ONNX Runtime on cpu in fp32\n {2}because /);
    expect(stdout).toContain('+ tfjs: wasm on cpu\n');
    expect(stdout).toContain(
      'x Redis at redis://127.0.0.1:1: it cannot be reached (ECONNREFUSED): check REDIS_URL\n',
    );
    expect(stdout).toContain('x S3 at http://127.0.0.1:2: it cannot be reached');
    expect(stdout).not.toContain('hunter2');
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const main = fileURLToPath(new URL('./main.js', import.meta.url));

describe('a worker that cannot start', () => {
  let cache: string;
  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), 'cropline-worker-'));
    // What it holds is looked at only once there is a calibration for it.
    await writeFile(join(cache, 'weights.onnx'), 'weights');
  });
  afterAll(() => rm(cache, { recursive: true, force: true }));

  async function start(env: Record<string, string>): Promise<{ code: unknown; output: string }> {
    const child = spawn(process.execPath, [main], {
      cwd: cache,
      env: { PATH: process.env['PATH'], HOME: cache, CROPLINE_CACHE_DIR: cache, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [unknown];
    return { code, output };
  }

  it('lists every bad setting and exits 1', async () => {
    const { code, output } = await start({
      CROPLINE_BATCH_SIZE: 'huge',
      REDIS_URL: 'localhost:hunter2',
    });
    expect(code).toBe(1);
    expect(output).toContain('CONFIG_INVALID');
    expect(output).toContain('CROPLINE_BATCH_SIZE: expected a whole number');
    expect(output).toContain('REDIS_URL: expected redis://host');
    expect(output).not.toMatch(/hunter2| {4}at /);
  });

  it.each([
    ['a device that is no device', { CROPLINE_DEVICE: 'abacus' }, 'DEVICE_UNKNOWN'],
    [
      'numbers that the device does not compute with',
      { CROPLINE_PRECISION: 'fp16' },
      'PRECISION_UNSUPPORTED',
    ],
    [
      'int8 without a calibration',
      { CROPLINE_MODEL: './weights.onnx', CROPLINE_PRECISION: 'int8' },
      'MODEL_UNAVAILABLE',
    ],
    ['a model nobody knows', { CROPLINE_MODEL: 'vgg-900' }, 'MODEL_UNKNOWN'],
    [
      'a mirror that is not there',
      { CROPLINE_MODEL_MIRROR: '/nonexistent/mirror' },
      'MODEL_UNAVAILABLE',
    ],
  ])('says so in one line for %s and exits 1', async (_, env, expected) => {
    const { code, output } = await start({ CROPLINE_DEVICE: 'cpu', ...env });
    expect(code).toBe(1);
    expect(output).toContain(expected);
    expect(output).not.toContain('    at ');
    expect(output).not.toContain('"stack"');
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withoutInternet } from './support/without-internet.js';

const fromRoot = (path: string): string =>
  fileURLToPath(new URL(`../../../${path}`, import.meta.url));

describe('The demo on a machine without weights and without a way to them', () => {
  let folder: string;
  let demo: { code: unknown; output: string };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-starter-'));
    demo = await runDemo(folder);
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('ends well, and says in one loud sentence what it runs on', () => {
    expect(demo.output).toContain('NO IMAGENET WEIGHTS could be had');
    expect(demo.output.match(/NO IMAGENET WEIGHTS|MODEL_UNAVAILABLE/g)).toHaveLength(1);
    expect(demo.code).toBe(0);
  });

  it('labels at least 95 % of freshly drawn pictures rightly', () => {
    const [, right, of] = /Labels: (\d+) of (\d+) right/.exec(demo.output) ?? [];
    expect(Number(of)).toBeGreaterThanOrEqual(200);
    expect(Number(right) / Number(of)).toBeGreaterThanOrEqual(0.95);
    expect(demo.output).toMatch(/Drawing fresh pictures \(seed \d+; /);
  });

  it('names the model in its results', () => {
    expect(demo.output).toMatch(/Model, in each result: googlenet-starter, sha256:[0-9a-f]{64}, /);
    expect(demo.output).toContain('CROPLINE_MODEL=googlenet-starter npm run cropline -- classify');
  });
});

async function runDemo(cacheDir: string): Promise<{ code: unknown; output: string }> {
  const child = spawn(process.execPath, [fromRoot('tools/dist/demo/main.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: withoutInternet(cacheDir),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => (output += data.toString()));
  }
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, output };
}

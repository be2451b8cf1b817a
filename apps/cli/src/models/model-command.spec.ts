import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BVLC_GOOGLENET,
  describeArchitecture,
  googlenet,
  randomWeights,
  writeModelFolder,
  writeSafetensors,
} from '@cropline/model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCropline } from '../testing/run-cropline.js';

describe('cropline model', () => {
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-model-'));
    // An empty mirror instead of the public URL: a spec fetches nothing from the internet.
    env = { CROPLINE_CACHE_DIR: join(folder, 'cache') };
    const weights = writeSafetensors(randomWeights(1, BVLC_GOOGLENET), {});
    await writeFile(join(folder, 'mine.safetensors'), weights);
    const net = googlenet({ variant: 'torchvision', classes: 2, inputSize: 64, width: 0.125 });
    await writeModelFolder(join(folder, 'pets'), {
      spec: {
        name: 'pets',
        ...describeArchitecture(net),
        resize: { rule: 'shorter-side', to: 73 },
        labels: ['cat', 'dog'],
      },
      weights: randomWeights(2, net),
      precision: 'fp16',
    });
    await writeFile(join(folder, 'model.json'), '{"format":"cropline-model"}');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const model = (words: readonly string[]) =>
    runCropline(['model', ...words], { env, cwd: folder });

  it('list names the known models and what the cache has of them', async () => {
    const { code, stdout, stderr } = await model(['list']);
    const [bvlc, torchvision, starter] = stdout.split('\n');
    expect(bvlc).toBe('googlenet-bvlc  not in the cache  (default)');
    expect(torchvision).toBe('googlenet-torchvision  not in the cache');
    expect(starter).toMatch(/^googlenet-starter {2}.*built in$/);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const json = await model(['list', '--json']);
    const [first = ''] = json.stdout.split('\n');
    expect(JSON.parse(first)).toMatchObject({ name: 'googlenet-bvlc', cached: false });
  });

  it('info describes a model that is not in the cache yet', async () => {
    const { code, stdout } = await model(['info', 'googlenet-bvlc']);
    expect(stdout).toMatch(/^Name {7}googlenet-bvlc\n/);
    expect(stdout).toContain('warped to 256 × 256');
    expect(stdout).toContain(
      'sha256:c99c507058eaf41de8723408fdda7db8325cb57f0a89f2ee07a716d6e963e14e',
    );
    expect(code).toBe(0);
  });

  it('pull makes a file of weights ready, and info then knows its graph', async () => {
    const { code, stdout } = await model(['pull', './mine.safetensors', '--json']);
    expect(code).toBe(0);
    const pulled = JSON.parse(stdout) as Record<string, string>;
    expect(Object.keys(pulled)).toEqual([
      'name',
      'digest',
      'precision',
      'weightsPath',
      'graphPath',
    ]);
    const info = await model(['info', './mine.safetensors', '--json']);
    expect(JSON.parse(info.stdout)).toMatchObject({
      digest: pulled['digest'],
      graphPath: pulled['graphPath'],
      variant: 'bvlc',
    });
  });

  it('info and pull take a folder with a model.json', async () => {
    const info = await model(['info', './pets']);
    expect(info.stdout).toContain('GoogLeNet, torchvision, 0.125 times as wide');
    expect(info.stdout).toContain(
      '64 × 64 of an image shorter side to 73; red, green, blue minus 127.5, 127.5, 127.5, times 0.007843',
    );
    expect(info.stdout).not.toContain('int8');
    const { code, stdout } = await model(['pull', './pets']);
    expect(stdout).toMatch(/^pets is ready in fp32/);
    expect(code).toBe(0);
  });

  it.each<[string, string[], string, number]>([
    ['pull of an unknown name', ['pull', 'vgg-900'], 'MODEL_UNKNOWN', 2],
    ['info of an unknown name', ['info', 'vgg-900'], 'MODEL_UNKNOWN', 2],
    ['pull of a folder whose model.json is wrong', ['pull', '.'], 'MODEL_SPEC_INVALID', 2],
    ['pull of a file that holds no weights', ['pull', '/etc/hostname'], 'MODEL_FILE_INVALID', 3],
  ])('%s: one line', async (_, words, expected, exitCode) => {
    const { code, stdout, stderr } = await model(words);
    expect(stderr).toMatch(new RegExp(`^cropline: ${expected}: .*\\n$`));
    expect(stderr).not.toMatch(/ {4}at /);
    expect(stdout).toBe('');
    expect(code).toBe(exitCode);
  });
});

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { itemResultSchema, type ItemResult } from '@cropline/contracts';
import { BVLC_GOOGLENET, randomWeights, writeSafetensors } from '@cropline/model';
import { createObjectStore } from '@cropline/storage';
import { startS3 } from '@cropline/tools';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { drawPng } from '../testing/draw-png.js';
import { runCropline, startCropline, type Ended } from '../testing/run-cropline.js';

const parse = (stdout: string): ItemResult[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => itemResultSchema.parse(JSON.parse(line)));

/** What a process that is cut short may not say; a line of progress it may. */
const NOISE = /cropline: |terminate| {4}at /;

describe('cropline classify', () => {
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-classify-'));
    const model = join(folder, 'random.safetensors');
    await writeFile(model, writeSafetensors(randomWeights(1, BVLC_GOOGLENET), {}));
    env = {
      CROPLINE_MODEL: model,
      CROPLINE_CACHE_DIR: join(folder, 'cache'),
      CROPLINE_DEVICE: 'cpu',
    };
    await mkdir(join(folder, 'photos/more'), { recursive: true });
    await Promise.all([
      ...[0, 1, 2].map((n) => writeFile(photo(`${n}.png`), drawPng(320, 200 + n, n * 90))),
      writeFile(photo('more/3.png'), drawPng(64, 64, 200)),
      writeFile(photo('notes.txt'), 'no image'),
    ]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const photo = (name: string): string => join(folder, 'photos', name);
  const classify = (words: readonly string[], stdin = ''): Promise<Ended> =>
    runCropline(['classify', ...words], { env, stdin, cwd: folder });

  it('runs on TensorFlow.js when asked, says so, and finds the same', async () => {
    const words = ['classify', 'photos/0.png', '--json', '--crops', 'single'];
    const onnx = await runCropline(words, { env, cwd: folder });
    const tfjs = await runCropline(words, {
      env: { ...env, CROPLINE_BACKEND: 'tfjs' },
      cwd: folder,
    });
    expect(tfjs).toMatchObject({ code: 0 });
    expect(tfjs.stderr).toMatch(/note: TensorFlow\.js on \S+ runs random on cpu\n/);
    const [[expected], [got]] = [parse(onnx.stdout), parse(tfjs.stdout)];
    expect(got).toMatchObject({ status: 'succeeded', model: { name: 'random' } });
    if (expected?.status !== 'succeeded' || got?.status !== 'succeeded') return;
    expect(got.predictions.map(({ classIndex }) => classIndex)).toEqual(
      expected.predictions.map(({ classIndex }) => classIndex),
    );
  });

  it('prints the lines of results.jsonl with --json, in the order of the files', async () => {
    const { code, stdout, stderr } = await classify(['photos', '--json', '--top', '3']);
    const results = parse(stdout);
    expect(results.map(({ id }) => id)).toEqual([
      'photos/0.png',
      'photos/1.png',
      'photos/2.png',
      'photos/more/3.png',
    ]);
    for (const result of results) {
      expect(result).toMatchObject({ status: 'succeeded', crops: { policy: 'ten', count: 10 } });
    }
    expect(results[0]).toMatchObject({
      url: `file://${photo('0.png')}`,
      image: { width: 320, height: 200, format: 'png' },
    });
    expect(results[0]?.status === 'succeeded' && results[0].predictions).toHaveLength(3);
    expect(stderr).toMatch(/(^|\n)4 images in .*\n$/);
    expect(code).toBe(0);
  });

  it('prints a line an image for people', async () => {
    const { code, stdout } = await classify(['photos/*.png', '--crops', 'single']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^photos\/0\.png +\d+\.\d % {2}\S.* \(.+ \d+\.\d %, .+ \d+\.\d %\)$/);
    expect(code).toBe(0);
  });

  it('takes a plan of crops as JSON, and says what is wrong with one', async () => {
    const plan = { scales: [240], grid: 2, mirror: false };
    const { stdout } = await classify(['photos/0.png', '--json', '--crops', JSON.stringify(plan)]);
    expect(parse(stdout)[0]).toMatchObject({ crops: { policy: 'custom', ...plan, count: 4 } });
    const adaptive = await classify(['photos/0.png', '--json', '--crops', 'adaptive']);
    expect(parse(adaptive.stdout)[0]).toMatchObject({
      crops: { policy: 'adaptive', upTo: 'googlenet144', agreement: 0.99 },
    });
    const { code, stderr } = await classify(['photos', '--crops', '{"scales":[240],"grid":2}']);
    expect(stderr).toContain('mirror: Invalid input: expected boolean');
    expect(code).toBe(2);
  });

  it('reports what is bad at its place and classifies the rest', async () => {
    const whole = await readFile(photo('0.png'));
    await writeFile(join(folder, 'cut.png'), whole.subarray(0, whole.length / 2));
    await writeFile(join(folder, 'empty.png'), '');
    const { code, stdout, stderr } = await classify(
      [
        '--json',
        '--crops',
        'single',
        'cut.png',
        '-',
        'photos/notes.txt',
        'nope.png',
        'photos/1.png',
      ],
      'empty.png\nphotos/0.png\nftp://host/a.png\nnot-here.png\n',
    );
    const outcomes = parse(stdout).map((result) => [
      result.id,
      result.status === 'failed' ? result.error.code : result.status,
    ]);
    expect(outcomes).toEqual([
      ['cut.png', 'IMAGE_CORRUPT'],
      ['empty.png', 'IMAGE_EMPTY'],
      ['photos/0.png', 'succeeded'],
      ['ftp://host/a.png', 'IMAGE_SCHEME_UNSUPPORTED'],
      ['not-here.png', 'IMAGE_NOT_FOUND'],
      ['photos/notes.txt', 'IMAGE_NOT_AN_IMAGE'],
      ['nope.png', 'INPUT_NOT_FOUND'],
      ['photos/1.png', 'succeeded'],
    ]);
    expect(stderr).toMatch(/(^|\n)8 images in .*, 6 failed: .*IMAGE_CORRUPT 1.*\n$/);
    expect(code).toBe(1);
  });

  it('fetches URLs, from the private network too', async () => {
    const bytes = await readFile(photo('1.png'));
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/1.png') === true) response.end(bytes);
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const urls = [`${base}/1.png?key=hunter2`, `${base}/2.png`];
    const { code, stdout } = await classify([
      '--crops',
      'single',
      '--json',
      ...urls,
      'photos/1.png',
    ]);
    server.close();
    const [fetched, missing, read] = parse(stdout);
    expect(missing).toMatchObject({ status: 'failed', error: { code: 'IMAGE_NOT_FOUND' } });
    expect(fetched).toMatchObject({ id: urls[0], status: 'succeeded' });
    if (fetched?.status !== 'succeeded' || read?.status !== 'succeeded') throw new Error('failed');
    expect(fetched.predictions).toEqual(read.predictions);
    expect(code).toBe(1);
  });

  it('reads from S3', async () => {
    const s3 = await startS3();
    const { endpoint, region, credentials } = s3;
    const store = createObjectStore({ endpoint, region, credentials });
    await s3.createBucket('photos');
    await store.put('s3://photos/1.png', await readFile(photo('1.png')));
    const { stdout, stderr, code } = await runCropline(
      ['classify', 's3://photos/1.png', 's3://photos/2.png', '--crops', 'single', '--json'],
      {
        env: {
          ...env,
          S3_ENDPOINT: endpoint,
          S3_REGION: region,
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        },
      },
    );
    store.close();
    await s3.stop();
    const [found, missing] = parse(stdout);
    expect(found).toMatchObject({ id: 's3://photos/1.png', status: 'succeeded' });
    expect(missing).toMatchObject({ status: 'failed', error: { code: 'IMAGE_NOT_FOUND' } });
    expect(stderr).not.toContain('NodeVersionSupportWarning');
    expect(code).toBe(1);
  });

  it.each([
    ['a file', ['nope.png']],
    ['a folder without images', ['cache']],
    ['a pattern', ['photos/*.gif', 'nope/**/*.png']],
    ['an empty stdin', ['-']],
  ])('exits 2 when nothing matches: %s', async (_, words) => {
    const { code, stdout, stderr } = await classify(words);
    expect(stderr).toMatch(/^cropline: INPUT_NOT_FOUND: .*\n$/);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it.each<[string, Record<string, string>, string, number]>([
    ['a device that is none', { CROPLINE_DEVICE: 'abacus' }, 'DEVICE_UNKNOWN', 2],
    ['a device that is not there', { CROPLINE_DEVICE: 'cuda:9' }, 'DEVICE_UNAVAILABLE', 3],
    ['a model nobody knows', { CROPLINE_MODEL: 'vgg-900' }, 'MODEL_UNKNOWN', 2],
    ['weights that are none', { CROPLINE_MODEL: '/etc/hostname' }, 'MODEL_FILE_INVALID', 3],
  ])('says in one line that it has %s', async (_, more, expected, exitCode) => {
    const settings = { env: { ...env, ...more }, cwd: folder };
    const { code, stdout, stderr } = await runCropline(['classify', 'photos'], settings);
    expect(stderr).toMatch(new RegExp(`^cropline: ${expected}: .*\\n$`));
    expect(stderr).not.toMatch(/ {4}at /);
    expect(stdout).toBe('');
    expect(code).toBe(exitCode);
  });

  it('prints each image as it is done, and ends at once on Ctrl-C', async () => {
    const words = ['classify', '-', '--crops', 'single', '--json'];
    const many = 'photos/0.png\n'.repeat(100_000);
    const { child, ended } = startCropline(words, { env, cwd: folder, stdin: many });
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).not.toMatch(NOISE);
  });

  it('ends quietly when nobody reads on', async () => {
    const words = ['classify', '-', '--crops', 'single', '--json'];
    const many = 'photos/0.png\n'.repeat(100_000);
    const { child, ended } = startCropline(words, { env, cwd: folder, stdin: many });
    child.stdout.once('data', () => child.stdout.destroy());
    const { code, stderr } = await ended;
    expect(stderr).not.toMatch(NOISE);
    expect(code).toBe(0);
  });
});

const photos = process.env['CROPLINE_PHOTOS'];
const mirror = process.env['CROPLINE_MODEL_MIRROR'];
const real = photos !== undefined && mirror !== undefined;
const reason = real
  ? ''
  : ' [skipped: set CROPLINE_PHOTOS to labelled photos and CROPLINE_MODEL_MIRROR to the weights]';

(real ? describe : describe.skip)(`cropline classify with real weights${reason}`, () => {
  it('labels at least 77 of 100 photos right', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'cropline-classify-'));
    const env = { CROPLINE_MODEL_MIRROR: mirror ?? '', CROPLINE_CACHE_DIR: cache };
    const { stdout, code } = await runCropline(
      ['classify', photos ?? '', '--crops', 'single', '--json'],
      { env },
    );
    await rm(cache, { recursive: true, force: true });
    const labels = new Map(
      (await readFile(join(photos ?? '', 'labels.csv'), 'utf8'))
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',', 2) as [string, string]),
    );
    const right = parse(stdout).filter(
      (result) =>
        result.status === 'succeeded' &&
        result.predictions[0]?.classIndex === Number(labels.get(result.id.split('/').at(-1) ?? '')),
    );
    expect(labels.size).toBe(100);
    expect(right.length).toBeGreaterThanOrEqual(77);
    expect(code).toBe(0);
  });
});

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiStandIn } from '../testing/api-stand-in.js';
import { drawPng } from '../testing/draw-png.js';
import { runCropline, startCropline } from '../testing/run-cropline.js';

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const RED = drawPng(20, 10, 1);
const BLUE = drawPng(20, 10, 200);

describe('what cropline submit takes', () => {
  let api: ApiStandIn;
  let folder: string;
  let spools: string;
  beforeEach(async () => {
    api = new ApiStandIn();
    await api.start();
    folder = await mkdtemp(join(tmpdir(), 'cropline-sources-'));
    spools = join(folder, 'tmp');
    await mkdir(spools);
    await mkdir(join(folder, 'photos', 'thumbs'), { recursive: true });
    await write('photos/b.png', BLUE);
    await write('photos/a.png', RED);
    await write('photos/thumbs/a.png', RED);
    await write('photos/notes.txt', 'no image');
  });
  afterEach(async () => {
    await api.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const write = (name: string, bytes: Buffer | string) => writeFile(join(folder, name), bytes);
  const submit = (...words: string[]) =>
    runCropline(['submit', '--api', api.url, ...words], { cwd: folder, env: { TMPDIR: spools } });
  const s3 = (bytes: Buffer) => `s3://labels/uploads/${digestOf(bytes)}`;
  const puts = () => api.requests.filter((line) => line.startsWith('PUT')).length;

  it('uploads the images of a folder, each once, and names them by their paths', async () => {
    const { code, stdout, stderr } = await submit('photos');
    expect(stderr).toContain('Uploaded: 2 sent');
    expect(stderr).toContain('1 there already');
    expect(stdout).toBe('b1\n');
    expect(code).toBe(0);
    expect(api.submitted[0]?.items).toEqual([
      { id: 'photos/a.png', url: s3(RED) },
      { id: 'photos/b.png', url: s3(BLUE) },
      { id: 'photos/thumbs/a.png', url: s3(RED) },
    ]);
    expect([...api.uploaded.values()]).toEqual([RED, BLUE]);
    expect(puts()).toBe(2);
    expect(await readdir(spools)).toEqual([]);
  });

  it('goes on where it was when it is cut short', async () => {
    api.uploadsTaken = 1;
    const { code, stderr } = await submit('photos');
    expect(stderr).toContain('STORAGE_ACCESS_DENIED');
    expect(code).toBe(3);
    expect(api.submitted).toEqual([]);
    expect(await readdir(spools)).toEqual([]);

    api.uploadsTaken = Infinity;
    api.requests.length = 0;
    expect((await submit('photos')).code).toBe(0);
    expect(puts()).toBe(1);
  });

  it('leaves nothing behind on Ctrl-C, and says how to go on', async () => {
    api.uploadsHeld = true;
    const { child, ended } = startCropline(['submit', 'photos', '--api', api.url], {
      cwd: folder,
      env: { TMPDIR: spools },
    });
    await api.requested('PUT ');
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect(stderr).toBe('What is uploaded stays; the same command goes on from there.\n');
    expect(stdout).toBe('');
    expect(code).toBe(130);
    expect(await readdir(spools)).toEqual([]);
  });

  it('chooses among the files of a folder, and takes patterns, files and URLs beside it', async () => {
    const { code } = await submit(
      'photos',
      'photos/thumbs/*.png',
      'https://example.org/c.jpg',
      '--include',
      'b.*',
      '--exclude',
      'thumbs/**',
    );
    expect(code).toBe(0);
    expect(api.submitted[0]?.items).toEqual([
      { id: 'photos/b.png', url: s3(BLUE) },
      { id: 'photos/thumbs/a.png', url: s3(RED) },
      { url: 'https://example.org/c.jpg' },
    ]);
  });

  it('leaves out what is no image, says so, and exits 1', async () => {
    await write('photos/empty.jpg', '');
    await write('photos/words.jpg', 'words');
    const { code, stderr } = await submit('photos');
    expect(stderr).toContain('Left out: photos/empty.jpg: empty');
    expect(stderr).toContain('Left out: photos/words.jpg: no JPEG');
    expect(api.submitted[0]?.items).toHaveLength(3);
    expect(code).toBe(1);
  });

  it('submits nothing when nothing is an image', async () => {
    const { code, stderr } = await submit('photos/*.txt');
    expect(stderr).toMatch(/cropline: INPUT_NOT_FOUND: .*all 1 files were left out/);
    expect(code).toBe(2);
    expect(api.requests).toEqual([]);
  });

  it('has S3 prefixes and lists read by the service', async () => {
    await submit('s3://photos/2026/', '--exclude', 'thumbs/**', '--exclude', '*.gif');
    await submit('s3://photos/lists/june.csv.gz', '--idempotency-key', 'june-1');
    await submit('s3://photos/inventory/manifest.json', '--include', '*.jpg');
    const { stderr } = await submit('s3://photos/june', '--format', 'jsonl');
    expect(stderr).toContain('Accepted, to be read from S3');
    expect(api.submitted.map(({ source }) => source)).toEqual([
      { type: 's3Prefix', url: 's3://photos/2026/', exclude: ['thumbs/**', '*.gif'] },
      { type: 'manifest', url: 's3://photos/lists/june.csv.gz' },
      { type: 'manifest', url: 's3://photos/inventory/manifest.json', include: ['*.jpg'] },
      { type: 'manifest', url: 's3://photos/june', format: 'jsonl' },
    ]);
    expect(api.keys[1]).toBe('june-1');
  });

  it('sends CSV as it is, and unpacks lists', async () => {
    await write('june.csv.gz', gzipSync('url\ns3://photos/a.jpg\n'));
    await write('june.jsonl.gz', gzipSync('{"id":"a","url":"s3://photos/a.jpg"}\n'));
    expect((await submit('june.csv.gz')).code).toBe(0);
    expect((await submit('june.jsonl.gz')).code).toBe(0);
    expect(api.submitted.map(({ items }) => items)).toEqual([
      [{ id: '0', url: 's3://photos/a.jpg' }],
      [{ id: 'a', url: 's3://photos/a.jpg' }],
    ]);
    await write('broken.csv.gz', 'not packed');
    const { code, stderr } = await submit('broken.csv.gz');
    expect(stderr).toMatch(/^cropline: USAGE_INVALID: Expected broken\.csv\.gz to be packed/);
    expect(code).toBe(2);
  });

  it('sends what a batch is to be, the secret of its webhook never by the command line', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    await write('secret', `${secret}\n`);
    const { code } = await runCropline(
      [
        ...['submit', 's3://photos/2026/', '--api', api.url, '--priority', 'low'],
        ...['--expires', '36h', '--keep', '30d', '--error-threshold', '2.5%'],
        ...['--webhook', 'https://example.org/done'],
      ],
      { cwd: folder, env: { CROPLINE_WEBHOOK_SECRET_FILE: 'secret' } },
    );
    expect(code).toBe(0);
    expect(api.submitted[0]).toMatchObject({
      priority: 'low',
      expiresAfter: 129_600,
      resultsExpireAfter: 2_592_000,
      errorThreshold: { share: 0.025 },
      webhook: { url: 'https://example.org/done', secret },
    });
  });

  it('refuses a secret that is none, and never repeats it', async () => {
    const { code, stderr } = await runCropline(
      ['submit', 's3://photos/', '--webhook', 'https://example.org/'],
      { env: { CROPLINE_WEBHOOK_SECRET: 'hunter2' } },
    );
    expect(stderr).toMatch(/^cropline: USAGE_INVALID: .*whsec_/);
    expect(stderr).not.toContain('hunter2');
    expect(code).toBe(2);
  });

  it('with --dry-run uploads and submits nothing, and tells what it would come to', async () => {
    await write('urls.txt', 's3://photos/a.jpg\n'.repeat(250));
    const { code, stdout } = await submit('urls.txt', '--dry-run');
    expect(stdout).toBe(
      '250 images, 2,500 crops at most.\nAbout 3 s at 100 images/s, as measured on batches with the same crops.\n',
    );
    expect(code).toBe(0);
    const json = await submit('photos', '--dry-run', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ dryRun: true, items: 3 });
    expect(api.submitted).toEqual([]);
    expect(api.uploaded.size).toBe(0);
  });
});

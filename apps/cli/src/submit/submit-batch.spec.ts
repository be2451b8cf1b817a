import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiStandIn } from '../testing/api-stand-in.js';
import { runCropline, type Ended } from '../testing/run-cropline.js';
import { sampleBatch } from '../testing/sample-batch.js';

describe('cropline submit', () => {
  let api: ApiStandIn;
  let folder: string;
  beforeEach(async () => {
    api = new ApiStandIn();
    await api.start();
    folder = await mkdtemp(join(tmpdir(), 'cropline-submit-'));
  });
  afterEach(async () => {
    await api.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function submit(lines: string, ...words: string[]): Promise<Ended> {
    const file = join(folder, 'urls.txt');
    await writeFile(file, lines);
    return runCropline(['submit', file, '--api', api.url, ...words]);
  }

  it('takes URLs and JSON lines, and prints nothing but the id to stdout', async () => {
    const { code, stdout, stderr } = await submit(
      '\ufeffs3://photos/a.jpg\r\n\n{"id":"b","url":"https://example.org/b.jpg?x=1"}\n{"url":"s3://photos/c.jpg"}',
    );
    expect(stdout).toBe('b1\n');
    expect(stderr).toContain('3 images accepted');
    expect(code).toBe(0);
    expect(api.submitted).toEqual([
      {
        items: [
          { url: 's3://photos/a.jpg' },
          { id: 'b', url: 'https://example.org/b.jpg?x=1' },
          { url: 's3://photos/c.jpg' },
        ],
        options: { crops: 'ten', topK: 5 },
        metadata: {},
      },
    ]);
  });

  it('sends every option, and reads stdin', async () => {
    const words = ['--crops', 'single', '--top', '3', '--output', 's3://labels/today'];
    const pairs = ['--meta', 'team=search', '--meta', 'note=a=b'];
    const { code, stdout } = await runCropline(
      ['submit', '-', '--json', '--api', api.url, ...words, ...pairs],
      { stdin: 's3://photos/a.jpg\n' },
    );
    expect(JSON.parse(stdout)).toMatchObject({ id: 'b1', counts: { total: 1 } });
    expect(code).toBe(0);
    expect(api.submitted).toEqual([
      {
        items: [{ url: 's3://photos/a.jpg' }],
        options: { crops: 'single', topK: 3 },
        output: { url: 's3://labels/today' },
        metadata: { team: 'search', note: 'a=b' },
      },
    ]);
  });

  it('follows the batch to its end with --watch', async () => {
    api.looks = [sampleBatch({ total: 1, status: 'completed', succeeded: 1 })];
    const { code, stdout, stderr } = await submit('s3://photos/a.jpg\n', '--watch');
    expect(stderr).toContain('Batch b1: 1 images accepted.');
    expect(stdout).toContain('Completed');
    expect(code).toBe(0);
  });

  it.each([
    ['a path', 's3://photos/a.jpg\nphotos/b.jpg\n', 'line 2: url: Expected an absolute URL'],
    ['broken JSON', '{"url": \n', 'line 1: not valid JSON'],
    ['an unknown field', '{"uri":"s3://photos/a.jpg"}', 'line 1: '],
    ['nothing', '\n\n', 'is empty'],
    ['an image', '\x89PNG\r\n\x1a\n\0\0', 'to be text'],
  ])('refuses %s and submits nothing', async (_, lines, expected) => {
    const { code, stdout, stderr } = await submit(lines);
    expect(stderr).toMatch(/^cropline: USAGE_INVALID: .*\n$/);
    expect(stderr).toContain(expected);
    expect(stdout).toBe('');
    expect(code).toBe(2);
    expect(api.submitted).toEqual([]);
  });

  it('tells the first bad lines and how many more there are, and no secret of them', async () => {
    const { stderr } = await submit('hunter2?key=secret\n'.repeat(5));
    expect(stderr).toContain('5 bad lines: line 1:');
    expect(stderr).toContain('line 3:');
    expect(stderr).not.toContain('line 4:');
    expect(stderr).toContain('and 2 more');
    expect(stderr).not.toMatch(/hunter2|secret/);
  });

  it('takes lists of any length', async () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `s3://photos/${index}.jpg\n`).join(
      '',
    );
    expect((await submit(lines)).code).toBe(0);
    expect(api.submitted[0]?.items).toHaveLength(50_000);
    expect(api.submitted[0]?.items?.at(-1)).toEqual({ url: 's3://photos/49999.jpg' });
  });

  it('sends nothing of a long list whose last line is bad', async () => {
    const lines = 's3://photos/a.jpg\n'.repeat(50_000);
    expect((await submit(`${lines}b.jpg\n`)).stderr).toContain('line 50001: url: Expected');
    expect(api.requests).toEqual([]);
    const piped = await runCropline(['submit', '-', '--api', api.url], {
      stdin: `${lines}b.jpg\n`,
    });
    expect(piped.stderr).toContain('stdin has 1 bad line: line 50001: url: Expected');
    expect(piped.code).toBe(2);
    expect(api.submitted).toEqual([]);
  });

  it('names what the API found wrong', async () => {
    api.refusal = {
      code: 'REQUEST_INVALID',
      errors: [{ path: 'items[0].url', index: 0, message: 'Expected something else' }],
    };
    const { code, stderr } = await submit('s3://photos/a.jpg\n');
    expect(stderr).toBe(
      'cropline: REQUEST_INVALID: The request has faults. items[0].url: Expected something else\n',
    );
    expect(code).toBe(2);
  });
});

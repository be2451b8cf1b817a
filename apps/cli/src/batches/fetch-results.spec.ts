import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { itemResultSchema } from '@cropline/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiStandIn } from '../testing/api-stand-in.js';
import { runCropline, startCropline } from '../testing/run-cropline.js';
import { sampleBatch, sampleResult } from '../testing/sample-batch.js';

describe('cropline results', () => {
  let api: ApiStandIn;
  let folder: string;
  beforeEach(async () => {
    api = new ApiStandIn();
    api.looks = [sampleBatch({ status: 'completed', total: 3, succeeded: 2, failed: 1 })];
    api.results = [sampleResult('a'), sampleResult('b', 'IMAGE_NOT_FOUND'), sampleResult('c')];
    await api.start();
    folder = await mkdtemp(join(tmpdir(), 'cropline-results-'));
  });
  afterEach(async () => {
    await api.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const results = (...words: string[]) =>
    runCropline(['results', 'b1', '--api', api.url, ...words]);
  const jsonLines = () => api.results.map((result) => `${JSON.stringify(result)}\n`).join('');

  it('prints a line an image for people', async () => {
    const { code, stdout, stderr } = await results();
    expect(stdout.split('\n')).toEqual([
      'a                  71.3 %  tabby, tabby cat  (tiger cat 15.0 %, Egyptian cat 8.0 %)',
      'b                 failed   IMAGE_NOT_FOUND: Expected an image but there is none. Check the key.',
      'c                  71.3 %  tabby, tabby cat  (tiger cat 15.0 %, Egyptian cat 8.0 %)',
      '',
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('prints the lines of results.jsonl with --json', async () => {
    const { code, stdout } = await results('--json');
    expect(stdout).toBe(jsonLines());
    for (const line of stdout.trimEnd().split('\n')) itemResultSchema.parse(JSON.parse(line));
    expect(code).toBe(0);
  });

  it('asks for one kind of outcome with --status', async () => {
    const { stdout } = await results('--json', '--status', 'failed');
    expect(stdout).toBe(`${JSON.stringify(api.results[1])}\n`);
  });

  it('writes CSV and Parquet as the API sends them, by the name of the file or as it is told', async () => {
    const read = (name: string) => readFile(join(folder, name), 'utf8');
    expect((await results('-o', join(folder, 'a.csv'), '--min-score', '.5')).code).toBe(0);
    expect(await read('a.csv')).toBe('file of ?minScore=0.5');
    const words = ['--format', 'parquet', '--label', 'tabby cat', '--status', 'succeeded'];
    expect((await results('-o', join(folder, 'b'), ...words)).code).toBe(0);
    expect(await read('b')).toBe('file of ?status=succeeded&label=tabby+cat');
    expect((await results('--format', 'csv')).stdout).toBe('file of ');
    expect(api.types).toEqual(['text/csv', 'application/vnd.apache.parquet', 'text/csv']);
  });

  it('says how many have no outcome yet', async () => {
    api.looks = [sampleBatch({ total: 10, succeeded: 2, failed: 1 })];
    const { code, stderr } = await results();
    expect(stderr).toContain('The batch is in_progress: 7 of its 10 images had no outcome yet.');
    expect(code).toBe(0);
  });

  it('writes a file, through a link too', async () => {
    await writeFile(join(folder, 'old.jsonl'), 'old');
    await symlink('old.jsonl', join(folder, 'link.jsonl'));
    const { code, stdout, stderr } = await results('-o', join(folder, 'link.jsonl'));
    expect(await readFile(join(folder, 'old.jsonl'), 'utf8')).toBe(jsonLines());
    expect((await readdir(folder)).sort()).toEqual(['link.jsonl', 'old.jsonl']);
    expect(stdout).toBe('');
    expect(stderr).toContain('3 outcomes written');
    expect(code).toBe(0);
  });

  it('leaves the old file as it was when the connection breaks off', async () => {
    api.cutAfter = 2;
    await writeFile(join(folder, 'out.jsonl'), 'old');
    const { code, stderr } = await results('-o', join(folder, 'out.jsonl'));
    expect(stderr).toContain('cropline: API_UNREACHABLE: ');
    expect(code).toBe(3);
    expect(await readFile(join(folder, 'out.jsonl'), 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['out.jsonl']);
  });

  it('leaves nothing behind on Ctrl-C', async () => {
    // More than sockets and pipes hold, so that it is in the middle while nobody reads its progress.
    api.results = Array.from({ length: 400_000 }, (_, index) => sampleResult(String(index)));
    const { child, ended } = startCropline([
      'results',
      'b1',
      '--api',
      api.url,
      '-o',
      join(folder, 'out.jsonl'),
    ]);
    await api.requested('/results');
    await seePartial(folder);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['a folder', '.', 'it is a folder'],
    ['a path whose folder is not there', 'no/such/out.jsonl', 'ENOENT'],
  ])('refuses to write to %s', async (_, name, expected) => {
    const { code, stderr } = await results('-o', join(folder, name));
    expect(stderr).toMatch(/^cropline: USAGE_INVALID: Expected to write .*\n$/);
    expect(stderr).toContain(expected);
    expect(code).toBe(2);
  });

  it('writes into a pipe as it is, and never replaces it', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [read, { code }] = await Promise.all([readFile(pipe, 'utf8'), results('-o', pipe)]);
    expect(read).toBe(jsonLines());
    expect((await stat(pipe)).isFIFO()).toBe(true);
    expect(code).toBe(0);
  });

  it('ends quietly when nobody reads on', async () => {
    api.results = Array.from({ length: 50_000 }, (_, index) => sampleResult(String(index)));
    const { child, ended } = startCropline(['results', 'b1', '--json', '--api', api.url]);
    child.stdout.once('data', () => child.stdout.destroy());
    const { code, stderr } = await ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});

async function seePartial(folder: string): Promise<void> {
  while (!(await readdir(folder)).some((name) => name.endsWith('.partial'))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

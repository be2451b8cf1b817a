import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CroplineError } from '@cropline/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readConfig } from './config.js';

describe('readConfig', () => {
  it('has a default for everything, and takes what is empty for not set', () => {
    expect(
      readConfig({ HOME: '/nonexistent', CROPLINE_API: '', CROPLINE_THREADS: '' }),
    ).toMatchObject({
      api: 'http://127.0.0.1:3000',
      backend: 'onnx',
      device: 'auto',
      precision: 'fp32',
      threads: undefined,
      images: { timeoutMs: 30_000, maxBytes: 52_428_800, maxPixels: 100_000_000 },
      unicode: true,
      colour: true,
    });
  });

  it.each([
    [{ LANG: 'C.UTF-8' }, true],
    [{ LANG: 'en_GB.utf8', LC_ALL: 'C' }, false],
    [{ LANG: 'C', LC_CTYPE: 'UTF-8' }, true],
    [{ LANG: 'C' }, false],
    [{}, true],
  ])('sees from %j whether there is more than ASCII', (env, unicode) => {
    expect(readConfig(env).unicode).toBe(unicode);
  });

  it.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('takes %j for no colours', (env) => {
    expect(readConfig(env).colour).toBe(false);
  });

  it('lists every fault and repeats no URL', () => {
    const read = () =>
      readConfig({ CROPLINE_API: 'ftp://me:hunter2@host', CROPLINE_MAX_IMAGE_BYTES: '1e9' });
    expect(read).toThrow(CroplineError);
    expect(read).toThrow(/CROPLINE_MAX_IMAGE_BYTES: .*"1e9";\s+CROPLINE_API: /);
    expect(read).not.toThrow(/hunter2/);
  });
});

describe('the configuration file', () => {
  let home: string;
  let file: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'cropline-config-'));
    file = join(home, '.config', 'cropline', 'config.json');
    await mkdir(join(home, '.config', 'cropline'), { recursive: true });
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it('says what the environment does not', async () => {
    const told = { api: 'https://cropline.example', threads: 3, device: 'cpu', s3Region: '' };
    await writeFile(file, JSON.stringify(told));
    expect(readConfig({ HOME: home, CROPLINE_DEVICE: 'cuda:1', CROPLINE_API: '' })).toMatchObject({
      api: 'https://cropline.example',
      threads: 3,
      device: 'cuda:1',
      s3: { region: 'us-east-1' },
    });
  });

  it('goes after either variable that says the region', async () => {
    await writeFile(file, '{"s3Region": "eu-west-1"}');
    expect(readConfig({ HOME: home }).s3.region).toBe('eu-west-1');
    expect(readConfig({ HOME: home, AWS_REGION: 'us-west-2' }).s3.region).toBe('us-west-2');
    expect(readConfig({ HOME: home, S3_REGION: 'us-west-2' }).s3.region).toBe('us-west-2');
  });

  it('lies in XDG_CONFIG_HOME, or where CROPLINE_CONFIG says', async () => {
    await writeFile(file, '{"threads": 1}');
    const named = join(home, 'mine.json');
    await writeFile(named, '{"threads": 2}');
    const xdg = { HOME: '/nonexistent', XDG_CONFIG_HOME: join(home, '.config') };
    expect(readConfig(xdg).threads).toBe(1);
    expect(readConfig({ ...xdg, CROPLINE_CONFIG: named }).threads).toBe(2);
    expect(() => readConfig({ HOME: home, CROPLINE_CONFIG: join(home, 'none') })).toThrow(/none/);
  });

  it('has all its faults told in its own words, without their secrets', async () => {
    await writeFile(file, '{"api": "ftp://me:hunter2@host", "threads": "many"}');
    const read = () => readConfig({ HOME: home, CROPLINE_API: 'http://host' });
    expect(read).toThrow(/config\.json has faults:\s+threads: .*"many";\s+api: /);
    expect(read).not.toThrow(/hunter2|CROPLINE_/);
  });

  it.each([
    ['a key that is none', '{"apy": "x"}', /"apy": expected one of api, /],
    ['a value that is none', '{"api": {"url": "hunter2"}}', /api: expected text or a number/],
    ['no JSON', '{api: "hunter2"}', /to be a JSON object/],
    ['a list', '["hunter2"]', /to be a JSON object/],
  ])('is refused with %s', async (_, text, expected) => {
    await writeFile(file, text);
    const read = () => readConfig({ HOME: home });
    expect(read).toThrow(expected);
    expect(read).not.toThrow(/hunter2/);
  });

  it('is refused when it cannot be read', async () => {
    await mkdir(file);
    expect(() => readConfig({ HOME: home })).toThrow(/Expected to read the configuration file/);
  });
});

import { CroplineError } from '@cropline/contracts';
import { describe, expect, it } from '@jest/globals';
import { readConfig } from './config.js';

describe('readConfig', () => {
  it('has a default for everything, and takes what is empty for not set', () => {
    expect(readConfig({ CROPLINE_API: '', CROPLINE_THREADS: '' })).toMatchObject({
      api: 'http://127.0.0.1:3000',
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

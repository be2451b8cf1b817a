import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { anySeed, readDrawOptions, readSeed } from './draw-options.js';

describe('the command line of draw', () => {
  it('needs a folder only', () => {
    expect(readDrawOptions(['--out', '/pictures'])).toEqual({
      out: '/pictures',
      count: 100,
      seed: 1,
      json: false,
      help: false,
    });
    expect(readDrawOptions(['--help']).help).toBe(true);
  });

  it('takes a count, a seed and --json, and a folder from where npm was called', () => {
    const args = ['--out=drawn', '--count', '7', '--seed', '0', '--json'];
    expect(readDrawOptions(args)).toEqual({
      out: resolve(process.env['INIT_CWD'] ?? process.cwd(), 'drawn'),
      count: 7,
      seed: 0,
      json: true,
      help: false,
    });
  });

  it.each([
    [[], 'Expected --out DIR'],
    [['--out', 'x', '--count', '0'], 'from 1 to 99999 for --count but received "0"'],
    [['--out', 'x', '--count', '1e3'], '"1e3"'],
    [['--out', 'x', '--seed', '-1'], "'--seed"],
    [['--out', 'x', '--seed=4294967296'], 'from 0 to 4294967295 for --seed'],
    [['--out', 'x', '--sed', '1'], "'--sed'"],
    [['x'], "'x'"],
  ])('refuses %j', (args, message) => {
    let failure: unknown = null;
    try {
      readDrawOptions(args);
    } catch (error) {
      failure = error;
    }
    expect(failure).toMatchObject({
      code: 'USAGE_INVALID',
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('finds a seed that it takes itself', () => {
    for (let times = 0; times < 100; times += 1) readSeed(String(anySeed()));
  });
});

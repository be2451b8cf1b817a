import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CROPLINE_VERSION } from '@cropline/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCropline } from './testing/run-cropline.js';

const STACK_TRACE = / {4}at /;

describe('a command line that is not taken', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'cropline-main-'));
    await mkdir(join(cwd, 'no-images'));
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  const missing = '/nonexistent/cropline/urls.txt';
  it.each<[string, string[], RegExp]>([
    ['no command', [], /USAGE_INVALID: Expected a command/],
    ['an unknown command', ['clasify'], /USAGE_INVALID: Unknown command 'clasify'.*classify/],
    [
      'an unknown option',
      ['status', 'b1', '--jsn'],
      /USAGE_INVALID: Unknown option '--jsn'.*--json/,
    ],
    ['an option of another command', ['status', 'b1', '--watch'], /Unknown option '--watch'/],
    ['a missing argument', ['submit'], /USAGE_INVALID: Missing required argument 'inputs'/],
    ['no inputs', ['classify'], /USAGE_INVALID: Missing required argument 'inputs'/],
    ['one argument too many', ['watch', 'b1', 'b2'], /USAGE_INVALID: Too many arguments/],
    ['an unknown policy', ['classify', 'a.jpg', '--crops', '12'], /USAGE_INVALID: .*single, ten/],
    ['too many predictions', ['submit', 'a', '--top', '101'], /USAGE_INVALID: .*from 1 to 100/],
    ['no predictions', ['classify', 'a', '--top', '0'], /USAGE_INVALID: .*from 1 to 100/],
    [
      'a fraction of predictions',
      ['classify', 'a', '--top', '1.5'],
      /USAGE_INVALID: .*whole number/,
    ],
    ['an option without its value', ['submit', 'a', '--top'], /USAGE_INVALID: Option '--top <k>'/],
    [
      'an output that is not in S3',
      ['submit', 'a', '--output', '/tmp'],
      /USAGE_INVALID: .*s3:\/\//,
    ],
    ['metadata without a value', ['submit', 'a', '--meta', 'team'], /USAGE_INVALID: .*key=value/],
    ['metadata without a key', ['submit', 'a', '--meta', '=x'], /USAGE_INVALID: .*key=value/],
    [
      'metadata that is too long',
      ['submit', 'a', '--meta', `a=${'x'.repeat(513)}`],
      /USAGE_INVALID: .*512 characters/,
    ],
    [
      'too much metadata',
      ['submit', 'a', ...Array.from({ length: 17 }, (_, n) => ['--meta', `k${n}=v`]).flat()],
      /USAGE_INVALID: .*16 pairs/,
    ],
    ['a status that is none', ['results', 'b1', '--status', 'done'], /USAGE_INVALID: .*succeeded/],
    ['a limit that is none', ['ls', '--limit', 'all'], /USAGE_INVALID: .*from 1 to/],
    [
      'an API that is no URL',
      ['status', 'b1', '--api', 'localhost'],
      /USAGE_INVALID: .*URL of an API/,
    ],
    ['no model command', ['model'], /USAGE_INVALID: Expected a command/],
    ['an unknown model command', ['model', 'rm'], /USAGE_INVALID: Unknown command 'rm'/],
    ['help of nothing', ['help', 'nope'], /USAGE_INVALID: Expected a command/],
    ['a file that is not there', ['submit', missing], /INPUT_NOT_FOUND: .*urls\.txt/],
    ['a folder without images', ['submit', 'no-images'], /INPUT_NOT_FOUND: .*none/],
    [
      'a duration without a unit',
      ['submit', 'a', '--expires', '36'],
      /USAGE_INVALID: .*90m, 36h, 7d/,
    ],
    ['a threshold that is none', ['submit', 'a', '--error-threshold', '0'], /USAGE_INVALID: .*5%/],
    ['a share beyond all', ['submit', 'a', '--error-threshold', '101%'], /USAGE_INVALID: .*5%/],
    [
      'an unknown priority',
      ['submit', 'a', '--priority', 'urgent'],
      /USAGE_INVALID: .*low, normal/,
    ],
    [
      'a webhook without a secret',
      ['submit', 'a', '--webhook', 'https://example.org/'],
      /USAGE_INVALID: .*CROPLINE_WEBHOOK_SECRET/,
    ],
    ['two places in S3', ['submit', 's3://a-b/c', 's3://a-b/d'], /USAGE_INVALID: .* alone/],
    ['a bucket that is none', ['submit', 's3://A/'], /USAGE_INVALID: .*s3:\/\/bucket/],
    [
      'an exclusion from a list',
      ['submit', '-', '--exclude', '*.png'],
      /USAGE_INVALID: .*--exclude with s3/,
    ],
    [
      'an error code that is none',
      ['retry', 'b1', '--code', 'TIMEOUT'],
      /USAGE_INVALID: .*IMAGE_FETCH_TIMEOUT/,
    ],
    ['a score beyond 1', ['results', 'b1', '--min-score', '2'], /USAGE_INVALID: .*from 0 to 1/],
    [
      'two formats',
      ['results', 'b1', '--json', '--format', 'csv'],
      /USAGE_INVALID: .*--json or --format csv/,
    ],
    ['no admin command', ['admin'], /USAGE_INVALID: Expected a command/],
    ['images that are not there', ['classify', missing], /INPUT_NOT_FOUND: .*urls\.txt/],
    ['stdin named twice', ['classify', '-', '-'], /USAGE_INVALID: .*at most once/],
  ])('%s: one line that says what to do, and exit code 2', async (_, words, expected) => {
    const { code, stdout, stderr } = await runCropline(words, { cwd });
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^cropline: [A-Z_]+: /);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(STACK_TRACE);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('the environment', () => {
  it('has all its faults told in one line, without their secrets', async () => {
    const { code, stderr } = await runCropline(['ls'], {
      env: { CROPLINE_API: 'user:hunter2@host', CROPLINE_BATCH_SIZE: 'huge' },
    });
    expect(stderr).toMatch(
      /^cropline: CONFIG_INVALID: .*CROPLINE_BATCH_SIZE: .*; CROPLINE_API: .*\n$/,
    );
    expect(stderr).not.toMatch(/hunter2/);
    expect(stderr).not.toMatch(STACK_TRACE);
    expect(code).toBe(2);
  });

  it('is not needed for help and version', async () => {
    const env = { CROPLINE_BATCH_SIZE: 'huge' };
    expect(await runCropline(['--version'], { env })).toEqual({
      code: 0,
      stdout: `${CROPLINE_VERSION}\n`,
      stderr: '',
    });
    expect((await runCropline(['help', 'submit'], { env })).code).toBe(0);
  });
});

describe('help', () => {
  it.each([
    ['classify', 'CROPLINE_MODEL '],
    ['submit', 'CROPLINE_API'],
    ['status', 'CROPLINE_API'],
    ['watch', 'CROPLINE_API'],
    ['results', 'CROPLINE_API'],
    ['summary', 'CROPLINE_API'],
    ['retry', 'CROPLINE_API'],
    ['cancel', 'CROPLINE_API'],
    ['delete', 'CROPLINE_API'],
    ['admin reconcile', 'CROPLINE_API'],
    ['ls', 'CROPLINE_API'],
    ['doctor', 'CROPLINE_BACKEND'],
    ['model pull', 'CROPLINE_MODEL_MIRROR'],
    ['model quantize', 'CROPLINE_MODEL_MIRROR'],
    ['model list', 'CROPLINE_MODEL_MIRROR'],
    ['model info', 'CROPLINE_MODEL_MIRROR'],
  ])('of %s has an example, its variables and the exit codes', async (command, variable) => {
    const { code, stdout, stderr } = await runCropline([...command.split(' '), '--help']);
    expect(stdout).toContain(`$ cropline ${command}`);
    expect(stdout).toContain(variable);
    expect(stdout).toMatch(/Exit codes:\n {2}0 /);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});

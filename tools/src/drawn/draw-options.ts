import { resolve } from 'node:path';
import { CroplineError } from '@cropline/contracts';
import { parseOptions } from '../parse-options.js';
import { DRAWN_CLASSES } from './drawn-classes.js';

/** What `npm run draw` was asked for. */
export interface DrawOptions {
  readonly out: string;
  /** Pictures of each class. */
  readonly count: number;
  readonly seed: number;
  readonly json: boolean;
  readonly help: boolean;
}

const MOST = 99_999;
const MOST_SEED = 2 ** 32 - 1;

export const DRAW_HELP = `npm run draw -- --out DIR [options]

Draws labelled pictures, to train and try a model on: DIR/balloon/00001.jpg and so on, the same for the same seed.
Classes: ${DRAWN_CLASSES.map(({ name }) => name).join(', ')}.

  --out DIR     where to; made if it is not there
  --count N     pictures of each class, 1 to ${MOST} (default 100)
  --seed S      a whole number, 0 to ${MOST_SEED} (default 1); another one draws other pictures
  --json        one JSON object a line: progress, then what was drawn
  --help        prints this

Exit codes: 0 done, 1 something failed, 2 an option is wrong, 130 Ctrl-C.
`;

/**
 * Reads the command line of `npm run draw`.
 *
 * @throws `USAGE_INVALID` for an option or value that is not taken
 */
export function readDrawOptions(args: readonly string[]): DrawOptions {
  const { out, count, seed, json, help } = parseOptions(
    args,
    {
      out: { type: 'string' },
      count: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
    '--out DIR, --count N, --seed S, --json or --help',
  );
  if (out === undefined && !help) throw new CroplineError('USAGE_INVALID', 'Expected --out DIR.');
  // npm runs scripts in the repository's root and says from where it was called.
  const calledFrom = process.env['INIT_CWD'] ?? process.cwd();
  return {
    out: resolve(calledFrom, out ?? '.'),
    count: wholeNumber('--count', count, 1, MOST),
    seed: readSeed(seed),
    json,
    help,
  };
}

/** @throws `USAGE_INVALID` for what is no seed */
export function readSeed(value: string): number {
  return wholeNumber('--seed', value, 0, MOST_SEED);
}

/** A seed that nobody chose. */
export function anySeed(): number {
  return Math.floor(Math.random() * MOST_SEED);
}

function wholeNumber(option: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  throw new CroplineError(
    'USAGE_INVALID',
    `Expected a whole number from ${least} to ${most} for ${option} but received ${JSON.stringify(value)}.`,
  );
}

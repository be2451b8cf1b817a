import { parseArgs } from 'node:util';
import {
  CroplineError,
  describeCause,
  type CropPolicyName,
  type Precision,
} from '@cropline/contracts';
import type { BenchOptions } from './bench-options.js';
import { BENCHES, type KnownBench } from './known-benches.js';

/** What a command line of the benches asks for: a bench to run, or null for the list of them. */
export interface BenchArguments {
  readonly name: string;
  readonly bench: KnownBench;
  /** A commit, branch or tag to measure beside the working tree. */
  readonly compare: string | null;
  readonly json: boolean;
  readonly markdown: string | null;
  readonly svg: string | null;
  readonly options: Omit<BenchOptions, 'onLine'>;
}

/** What `--compare` runs when no bench is named. */
const COMPARED = 'engine';
const MOST_ROUNDS = 100;
const MOST_ITEMS = 10_000_000;
const MOST_WORKERS = 64;

/** The list of all benches and flags. */
export const USAGE = `Usage: npm run bench -- NAME [--rounds N] [--images DIR] [--crops POLICY] [--precision P]
                               [--items N] [--workers N] [--compare REF]
                               [--json] [--markdown FILE] [--svg FILE]

${Object.entries(BENCHES)
  .map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`)
  .join('\n')}

  --rounds N     how often each contender is measured, in turn; the median counts (default 1 to 5, by how
                 long one takes)
  --images DIR   images to run on (default: CROPLINE_PHOTOS, else drawn ones); policies needs a labels.csv
                 beside them, and int8 is calibrated on them
  --crops POLICY what peers (default single) or memory (default both) run: single or ten
  --precision P  what policies computes with: fp32 (default) or int8
  --items N, --workers N  how large the batch of bulk is (default 1000000), and how many workers run it
                 (default 2)
  --compare REF  measure a checkout of REF and the working tree in turn (default bench: ${COMPARED}), and
                 print the ratios of the working tree to it
  --json         print one JSON document, and nothing else, to standard output
  --markdown FILE, --svg FILE  also write the table, and a plot of it, to a file
`;

/**
 * Reads the command line.
 *
 * @param args what follows the name of the program.
 * @param photos the folder of images where `--images` names none.
 * @returns null when the list of benches is asked for.
 * @throws `USAGE_INVALID` with one line that says what is wrong.
 */
export function readBenchArguments(
  args: readonly string[],
  photos: string | undefined,
): BenchArguments | null {
  const { values, positionals } = parse(args);
  const { json, help, markdown = null, svg = null, compare = null } = values;
  const name = positionals[0] ?? (compare === null ? undefined : COMPARED);
  if (help || (name === undefined && args.length === 0)) return null;
  if (name === undefined) throw invalid('Expected the name of a bench before the flags');
  if (positionals.length > 1) {
    throw invalid(`Expected one bench but received ${positionals.join(' ')}`);
  }
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (bench === undefined) throw invalid(`There is no bench called ${name}`);
  if (compare === '' || compare?.startsWith('-')) {
    throw invalid(`Expected a branch, tag or commit for --compare but received "${compare}"`);
  }
  const readSize = (flag: string, text: string | undefined, most: number): number | null => {
    if (text !== undefined && bench.sized !== true) throw invalid(`${name} takes no ${flag}`);
    return readCount(flag, text, most);
  };
  const options = {
    rounds: readCount('--rounds', values.rounds, MOST_ROUNDS) ?? bench.rounds,
    images: values.images ?? photos ?? null,
    crops: readOne('--crops', values.crops, name, bench.crops),
    precision: readOne('--precision', values.precision, name, bench.precisions) ?? 'fp32',
    items: readSize('--items', values.items, MOST_ITEMS),
    workers: readSize('--workers', values.workers, MOST_WORKERS),
  };
  return { name, bench, compare, json, markdown, svg, options };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        images: { type: 'string' },
        crops: { type: 'string' },
        precision: { type: 'string' },
        items: { type: 'string' },
        workers: { type: 'string' },
        compare: { type: 'string' },
        markdown: { type: 'string' },
        svg: { type: 'string' },
      },
    });
  } catch (error) {
    // Node goes on with advice for the authors of programs.
    throw invalid(describeCause(error).split(/[.\n]/, 1)[0] ?? '');
  }
}

/** A number from 1 to the most there may be; null where the flag is not given. */
function readCount(flag: string, text: string | undefined, most: number): number | null {
  if (text === undefined) return null;
  const count = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= most) return count;
  throw invalid(`Expected 1 to ${most} for ${flag} but received "${text}"`);
}

/** One of the values that a bench takes for a flag; null where the flag is not given. */
function readOne<Value extends CropPolicyName | Precision>(
  flag: string,
  text: string | undefined,
  name: string,
  known: readonly Value[],
): Value | null {
  if (text === undefined) return null;
  if (known.length === 0) throw invalid(`${name} takes no ${flag}`);
  const value = known.find((one) => one === text);
  if (value !== undefined) return value;
  throw invalid(`Expected ${known.join(' or ')} for ${flag} of ${name} but received "${text}"`);
}

const invalid = (problem: string): CroplineError =>
  new CroplineError('USAGE_INVALID', `${problem} (npm run bench lists them all)`);

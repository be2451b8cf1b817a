import { randomInt } from 'node:crypto';
import { CroplineError, describeCause } from '@cropline/contracts';
import { Interrupted, parseOptions, stopOnSignals } from '@cropline/tools';
import { crashPointsMain } from './crash-points/main.js';
import { FAULTS } from './faults.js';
import { faultTable } from './report/fault-table.js';
import { runChaos, type ChaosOutcome } from './run-chaos.js';

// npm run chaos -- --crash-points [--only TEXT] [--every 1] [--verbose] [--json]
// npm run chaos -- [--seed TEXT] [--minutes 5] [--only TEXT] [--verbose] [--json]

const EXPECTED = '--seed TEXT, --minutes NUMBER, --only TEXT, --verbose and --json';
const SEEDS = 2 ** 31;

/** Two workers on the model that comes with the repository, a thread each. */
const WORKERS = 2;
const WORKER_ENV = {
  CROPLINE_MODEL: 'googlenet-starter',
  CROPLINE_DEVICE: 'cpu',
  CROPLINE_THREADS: '1',
  CROPLINE_PRECISION: 'fp32',
};

function readOptions(args: readonly string[]) {
  const options = parseOptions(
    args,
    {
      seed: { type: 'string' },
      minutes: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
      verbose: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
    EXPECTED,
  );
  const minutes = Number(options.minutes);
  if (!(minutes > 0 && minutes <= 600)) {
    throw new CroplineError(
      'USAGE_INVALID',
      `Expected --minutes to be a number up to 600 but received ${options.minutes}.`,
    );
  }
  const { only } = options;
  const faults = FAULTS.filter(({ name }) => name.includes(only));
  if (faults.length === 0) {
    const names = FAULTS.map(({ name }) => `\n  ${name}`).join('');
    throw new CroplineError('USAGE_INVALID', `No fault has ${only} in its name:${names}`);
  }
  return { ...options, only, seed: options.seed ?? String(randomInt(SEEDS)), minutes, faults };
}

function print(outcome: ChaosOutcome, command: string): void {
  const { batches, items, seconds, restarts, violations, injections } = outcome;
  process.stdout.write(
    `\n${faultTable(injections)}\n\n${injections.length} faults in ${seconds} s, while ${batches} batches of ` +
      `${items} items came to their end; processes ended and came back ${restarts} times.\n` +
      (violations.length === 0
        ? 'Everything held.\n'
        : `\n${violations.length} VIOLATIONS:\n${violations.map((text) => `  ${text}\n`).join('')}`) +
      `Again with the same faults: ${command}\n`,
  );
}

async function main(): Promise<number> {
  const { seed, minutes, only, faults, verbose, json } = readOptions(process.argv.slice(2));
  const onlyFlag = only === '' ? '' : ` --only '${only}'`;
  const command = `npm run chaos -- --seed ${seed} --minutes ${minutes}${onlyFlag}`;
  const startedAt = Date.now();
  const say = (text: string): void => {
    const at = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${at} s  ${text}\n`);
  };
  say(`${faults.length} faults, ${minutes} minutes: ${command}`);
  const outcome = await runChaos({
    seed,
    minutes,
    faults,
    workers: WORKERS,
    workerEnv: WORKER_ENV,
    signal: stopOnSignals(),
    onProgress: say,
    ...(verbose ? { onLine: (source, line) => say(`${source}: ${line}`) } : {}),
  });
  if (json) process.stdout.write(`${JSON.stringify({ seed, minutes, ...outcome }, null, 2)}\n`);
  else print(outcome, command);
  return outcome.violations.length === 0 ? 0 : 1;
}

try {
  const args = process.argv.slice(2);
  process.exit(await (args.includes('--crash-points') ? crashPointsMain(args) : main()));
} catch (error) {
  if (error instanceof Interrupted) process.exit(error.exitCode);
  const code = error instanceof CroplineError ? `${error.code}: ` : '';
  process.stderr.write(`chaos: ${code}${describeCause(error)}\n`);
  process.exit(1);
}

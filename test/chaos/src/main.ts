import { randomInt } from 'node:crypto';
import { CroplineError, describeCause } from '@cropline/contracts';
import { Interrupted, parseOptions, stopOnSignals } from '@cropline/tools';
import { CHAOS_WORKER_ENV, CHAOS_WORKERS } from './chaos-settings.js';
import { crashPointsMain } from './crash-points/main.js';
import { FAULTS } from './faults.js';
import { chaosReport, soakReport } from './report/reports.js';
import { runChaos } from './run-chaos.js';
import { runSoak } from './soak/run-soak.js';

// npm run chaos -- [--seed TEXT] [--minutes 5] [--only TEXT] [--soak] [--verbose] [--json]
// npm run chaos -- --crash-points [--only TEXT] [--every 1] [--verbose] [--json]

const EXPECTED =
  '--seed TEXT, --minutes NUMBER, --only TEXT, --soak, --verbose and --json, or --crash-points';
const SEEDS = 2 ** 31;

interface Settings {
  readonly seed: string;
  readonly minutes: number;
  readonly only: string;
  readonly soak: boolean;
  readonly verbose: boolean;
  readonly json: boolean;
}

function readSettings(args: readonly string[]): Settings {
  const options = parseOptions(
    args,
    {
      seed: { type: 'string' },
      minutes: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
      soak: { type: 'boolean', default: false },
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
  return { ...options, seed: options.seed ?? String(randomInt(SEEDS)), minutes };
}

function faultsNamed(only: string): typeof FAULTS {
  const faults = FAULTS.filter(({ name }) => name.includes(only));
  if (faults.length > 0) return faults;
  const names = FAULTS.map(({ name }) => `\n  ${name}`).join('');
  throw new CroplineError('USAGE_INVALID', `No fault has ${only} in its name:${names}`);
}

async function main(settings: Settings): Promise<number> {
  const { seed, minutes, only, soak, verbose, json } = settings;
  const flags = `${soak ? ' --soak' : ''}${only === '' ? '' : ` --only '${only}'`}`;
  const command = `npm run chaos -- --seed ${seed} --minutes ${minutes}${flags}`;
  const startedAt = Date.now();
  const onProgress = (text: string): void => {
    const at = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${at} s  ${text}\n`);
  };
  onProgress(command);
  const run = {
    seed,
    minutes,
    workers: CHAOS_WORKERS,
    workerEnv: CHAOS_WORKER_ENV,
    signal: stopOnSignals(),
    onProgress,
    onLine: (source: string, line: string) => {
      if (verbose) onProgress(`${source}: ${line}`);
    },
  };
  const { outcome, report, held } = soak
    ? soakReport(await runSoak(run))
    : chaosReport(await runChaos({ ...run, faults: faultsNamed(only) }));
  process.stdout.write(
    json
      ? `${JSON.stringify({ seed, minutes, held, ...outcome }, null, 2)}\n`
      : `\n${report}\nAgain with the same seed: ${command}\n`,
  );
  return held ? 0 : 1;
}

try {
  const args = process.argv.slice(2);
  const crashPoints = args.includes('--crash-points');
  process.exit(await (crashPoints ? crashPointsMain(args) : main(readSettings(args))));
} catch (error) {
  if (error instanceof Interrupted) process.exit(error.exitCode);
  const code = error instanceof CroplineError ? `${error.code}: ` : '';
  process.stderr.write(`chaos: ${code}${describeCause(error)}\n`);
  process.exit(1);
}

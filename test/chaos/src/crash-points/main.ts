import { CroplineError } from '@cropline/contracts';
import { parseOptions, stopOnSignals } from '@cropline/tools';
import { crashTable } from './crash-table.js';
import { runCrashPoints } from './run-crash-points.js';
import { SCENARIOS } from './scenarios.js';

const EXPECTED = '--crash-points, --only TEXT, --every NUMBER, --verbose and --json';

/** `npm run chaos -- --crash-points`: resolves to the exit code. */
export async function crashPointsMain(args: readonly string[]): Promise<number> {
  const options = parseOptions(
    args,
    {
      'crash-points': { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      every: { type: 'string', default: '1' },
      verbose: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
    EXPECTED,
  );
  const scenarios = SCENARIOS.filter(({ name }) => name.includes(options.only));
  const every = Number(options.every);
  if (scenarios.length === 0 || !(every >= 1)) {
    const names = SCENARIOS.map(({ name }) => `\n  ${name}`).join('');
    throw new CroplineError(
      'USAGE_INVALID',
      `Expected --every to be a number from 1 and --only a part of one of these names:${names}`,
    );
  }
  const say = (text: string): boolean => process.stderr.write(`${text}\n`);
  const outcomes = await runCrashPoints({
    scenarios,
    pointsOf: (steps) =>
      steps
        .filter((_, index) => index % every === 0)
        .flatMap((step) => [
          { step, when: 'before' },
          { step, when: 'after' },
        ]),
    signal: stopOnSignals(),
    onProgress: say,
    ...(options.verbose ? { onLine: (source, line) => say(`${source}: ${line}`) } : {}),
  });
  const wrong = outcomes.filter(({ faults }) => faults.length > 0);
  process.stdout.write(
    options.json ? `${JSON.stringify(outcomes, null, 2)}\n` : `\n${crashTable(outcomes)}\n`,
  );
  return wrong.length === 0 ? 0 : 1;
}

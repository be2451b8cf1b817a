import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BenchOptions } from '../bench-options.js';
import { cleaningUp } from '../cleaning-up.js';
import type { BenchReport } from '../report.js';
import { ROOT, withCheckout } from './checkout.js';
import { combineReports } from './combine-reports.js';

/**
 * Runs a bench of the working tree and that of another commit in turn, as often as there are rounds, each time
 * in a process of its own that warms up first.
 *
 * @throws `USAGE_INVALID` when there is no such commit; an Error when it has no such bench.
 */
export function compareWith(
  ref: string,
  name: string,
  options: BenchOptions,
): Promise<BenchReport> {
  const { rounds, onLine } = options;
  return withCheckout(ref, onLine, async (checkout) => {
    const here: BenchReport[] = [];
    const there: BenchReport[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      for (const [label, root, reports] of [
        ['working tree', ROOT, here],
        [ref, checkout, there],
      ] as const) {
        const say = (line: string): void => onLine(`${label} ${round}/${rounds}: ${line}`);
        reports.push(await runOnce(root, label, name, { ...options, onLine: say }));
      }
    }
    return combineReports(ref, here, there);
  });
}

async function runOnce(
  root: string,
  label: string,
  name: string,
  { images, crops, precision, items, workers, onLine }: BenchOptions,
): Promise<BenchReport> {
  const args = [
    ...[join(root, 'bench/dist/main.js'), name, '--rounds', '1', '--json'],
    ...(images === null ? [] : ['--images', images]),
    ...(crops === null ? [] : ['--crops', crops]),
    ...(precision === 'fp32' ? [] : ['--precision', precision]),
    ...(items === null ? [] : ['--items', String(items)]),
    ...(workers === null ? [] : ['--workers', String(workers)]),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const run = async (): Promise<BenchReport> => {
    const closed = once(child, 'close') as Promise<[number | null]>;
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    let last = '';
    createInterface({ input: child.stderr }).on('line', (line) => {
      last = line === '' ? last : line;
      onLine(line);
    });
    const [code] = await closed;
    if (code !== 0) {
      throw new Error(`The bench ${name} of ${label} ended with ${String(code)}: ${last}`);
    }
    return JSON.parse(output) as BenchReport;
  };
  return cleaningUp(() => void child.kill(), run);
}

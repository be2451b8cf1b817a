import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const JEST = fileURLToPath(new URL('../../../tools/jest.mjs', import.meta.url));
/** Which specs are run: those of properties that take strangers' input. */
const SPECS = '.fuzz.spec';
/** Jest runs two files of specs at a time. */
const AT_ONCE = 2;

/** How long is fuzzed, and from which seed. */
export interface FuzzOptions {
  readonly minutes: number;
  readonly seed: number;
}

/**
 * Runs the properties of every `*.fuzz.spec.ts` for a share of the time each. What fails is told as jest tells it,
 * with its counterexample made small.
 *
 * @returns whether all of them hold.
 */
export async function fuzz({ minutes, seed }: FuzzOptions): Promise<boolean> {
  const properties = await countProperties();
  const seconds = Math.max(1, Math.round((minutes * 60 * AT_ONCE) / properties));
  process.stdout.write(
    `${properties} properties, ${seconds} s each, from seed ${seed}: npm run security -- --fuzz --minutes ${minutes} --seed ${seed}\n`,
  );
  const jest = spawn(process.execPath, [JEST, SPECS, '--', '--verbose'], {
    stdio: 'inherit',
    env: {
      ...process.env,
      CROPLINE_FUZZ_SECONDS: String(seconds),
      CROPLINE_FUZZ_SEED: String(seed),
    },
  });
  const [code] = (await once(jest, 'exit')) as [number | null];
  return code === 0;
}

/** How many properties there are, as jest tells when none of them is run. */
async function countProperties(): Promise<number> {
  const jest = spawn(process.execPath, [JEST, SPECS, '--', '--json', '-t', '^$'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  jest.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(jest, 'close');
  const { numTotalTests } = JSON.parse(output) as { readonly numTotalTests: number };
  return Math.max(1, numTotalTests);
}

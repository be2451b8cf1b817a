import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
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
  const jest = spawn(
    process.execPath,
    [join(ROOT, 'tools/jest.mjs'), '.fuzz.spec', '--', '--verbose'],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        CROPLINE_FUZZ_SECONDS: String(seconds),
        CROPLINE_FUZZ_SEED: String(seed),
      },
    },
  );
  const [code] = (await once(jest, 'exit')) as [number | null];
  return code === 0;
}

/** How many properties there are, as the specs have them. */
async function countProperties(): Promise<number> {
  let count = 0;
  for (const folder of ['libs', 'apps']) {
    for (const file of await readdir(join(ROOT, folder), { recursive: true })) {
      if (!file.endsWith('.fuzz.spec.ts') || file.includes('node_modules')) continue;
      const text = await readFile(join(ROOT, folder, file), 'utf8');
      count += text.split('fc.assert(').length - 1;
    }
  }
  return Math.max(1, count);
}

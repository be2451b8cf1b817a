import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The compiled command line. */
export const CROPLINE_MAIN = fileURLToPath(
  new URL('../../../apps/cli/dist/main.js', import.meta.url),
);

/** Runs a `cropline` command at this terminal and resolves to its exit code. */
export async function runCropline(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [CROPLINE_MAIN, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

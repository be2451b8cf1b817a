import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CroplineError, isErrorCode } from '@cropline/contracts';
import { CROPLINE_MAIN } from './run-cropline.js';

/** How the command line ends with an error: `cropline: CODE: what happened`. */
const ERROR_LINE = /^cropline: ([A-Z0-9_]+): (.*)$/;

/**
 * Runs a `cropline` command for its answer. What it says beside its answer goes on to this process's stderr,
 * but for the error that it ends with.
 *
 * @returns its standard output
 * @throws the CroplineError that it ended with
 */
export async function askCropline(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(process.execPath, [CROPLINE_MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let answer = '';
  child.stdout.on('data', (data: Buffer) => (answer += data.toString()));
  const errors: CroplineError[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    const [, code = '', message = ''] = ERROR_LINE.exec(line) ?? [];
    if (isErrorCode(code)) errors.push(new CroplineError(code, message));
    else process.stderr.write(`${line}\n`);
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode === 0) return answer;
  throw errors.at(-1) ?? new Error(`cropline ${args.join(' ')} ended with exit code ${exitCode}.`);
}

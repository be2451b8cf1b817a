import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How long a child may take before it counts as hanging, and is ended. */
const PATIENCE_MS = 50_000;

/**
 * Runs a script of Node in a process of its own, for attacks that may crash, hang or fill what they run in, and gives
 * the lines that it printed. When it did not end well, the last of them tells how it ended.
 */
export async function childLines(args: readonly string[]): Promise<readonly string[]> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const lines = output.split('\n').slice(0, -1);
  if (code === 0) return lines;
  const last = errors.trim().split('\n').at(-1) ?? '';
  return [...lines, `ended by ${signal ?? `exit code ${code ?? ''}`}: ${last}`];
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How long a child may take before it counts as hanging. */
const PATIENCE_MS = 50_000;

/** How a child of an attack is run. */
export interface ChildOptions {
  /** Options of Node itself, such as `--max-old-space-size=64`. */
  readonly node?: readonly string[];
  readonly input?: string;
}

/**
 * Runs a script of Node in a process of its own and gives the last line that it printed, or how it ended: for
 * attacks that may crash, hang or fill what they run in.
 */
export async function childOutcome(
  args: readonly string[],
  { node = [], input = '' }: ChildOptions = {},
): Promise<string> {
  const child = spawn(process.execPath, [...node, ...args], {
    env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdin.end(input);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code === 0) return output.trim().split('\n').at(-1) ?? '';
  const last = errors.trim().split('\n').at(-1) ?? '';
  return `ended by ${signal ?? `exit code ${code ?? ''}`}: ${last}`;
}

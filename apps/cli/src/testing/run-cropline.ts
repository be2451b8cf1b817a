import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../main.js', import.meta.url));

/** How a command of a spec ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command of a spec is run. Nothing of the spec's own environment reaches it. */
export interface CroplineSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
}

/** A command of a spec while it runs. */
export interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<Ended>;
}

/** Starts `cropline` as a user does: as a process of its own. */
export function startCropline(
  words: readonly string[],
  { env = {}, stdin = '', cwd }: CroplineSettings = {},
): Running {
  const child = spawn(process.execPath, [main, ...words], {
    env: { LANG: 'C.UTF-8', HOME: '/nonexistent', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  // A command that does not read its stdin may be gone before it is written.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout,
    stderr,
  }));
  return { child, ended };
}

/** Runs `cropline` to its end. */
export function runCropline(words: readonly string[], settings?: CroplineSettings): Promise<Ended> {
  return startCropline(words, settings).ended;
}

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parseLogLine } from './log-line.js';
import { guardChild } from './parent-guard.js';

const LINES_KEPT = 40;
const SILENCE_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 5000;

/** How a process ended: its exit code, or the signal that ended it. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** One running process of the stack. */
export interface StackProcess {
  readonly name: string;
  readonly pid: number;
  /** Base URL of /health/live and /health/ready (a worker's has /status too); null where none is served. */
  readonly healthUrl: string | null;
  /** Resolves when it has ended, for whatever reason. */
  readonly exited: Promise<ProcessExit>;
  /** Sends the signal (unless it has ended already) and resolves when it has ended. */
  kill(signal: NodeJS.Signals): Promise<ProcessExit>;
}

/** What to run and how. */
export interface ProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Removed when this process dies before it could clean up. */
  readonly folder?: string;
  /** Told every line that it writes. */
  readonly onLine?: ((source: string, line: string) => void) | undefined;
}

/**
 * A child process whose last lines are kept, and shown when it ends without having been asked to. It runs
 * in a process group of its own, so that Ctrl-C reaches only its owner, and does not outlive that owner.
 */
export class ManagedProcess implements StackProcess {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  healthUrl: string | null = null;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #lines: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();
  readonly #exitListeners = new Set<(exit: ProcessExit) => void>();
  #exit: ProcessExit | null = null;
  #asked = false;

  /** @throws An Error that names the command when it cannot be run. */
  static async start(options: ProcessOptions): Promise<ManagedProcess> {
    const { name, command, args, env, folder } = options;
    const child = spawn(command, args, {
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    await once(child, 'spawn');
    guardChild(child, folder);
    return new ManagedProcess(name, child, options.onLine);
  }

  private constructor(
    name: string,
    child: ChildProcessByStdio<null, Readable, Readable>,
    onLine: ProcessOptions['onLine'],
  ) {
    this.name = name;
    this.#child = child;
    this.pid = child.pid ?? 0;
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        this.#lines.push(line);
        if (this.#lines.length > LINES_KEPT) this.#lines.shift();
        for (const listener of this.#listeners) listener(line);
        onLine?.(name, line);
      });
    }
    // 'close' comes after the last line, 'exit' may come before it.
    this.exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        const exit = { code, signal };
        this.#exit = exit;
        resolve(exit);
        for (const listener of this.#exitListeners) listener(exit);
      });
    });
  }

  /** From now on its end is shown with its last lines, unless it was asked for. */
  reportUnexpectedEnd(): void {
    this.onExit(() => {
      if (!this.#asked) process.stderr.write(`${this.describeEnd()}\n`);
    });
  }

  /** Calls the listener once it has ended, at once if it has already. */
  onExit(listener: (exit: ProcessExit) => void): void {
    if (this.#exit === null) this.#exitListeners.add(listener);
    else listener(this.#exit);
  }

  /** Whether it runs still. */
  get running(): boolean {
    return this.#exit === null;
  }

  /** How it ended and what it said last. */
  describeEnd(): string {
    const how =
      this.#exit === null
        ? 'still runs'
        : this.#exit.signal === null
          ? `exited with code ${this.#exit.code ?? 'unknown'}`
          : `was ended by ${this.#exit.signal}`;
    const said = this.#lines.map((line) => `  ${this.name}: ${line}`);
    return [`${this.name} ${how}${said.length === 0 ? '.' : '. Its last lines:'}`, ...said].join(
      '\n',
    );
  }

  /**
   * Resolves to the first result that `match` makes of a line, past or to come.
   *
   * @throws When it ends before, or writes nothing for two minutes, with its last lines.
   */
  async waitForLine<Result>(match: (line: string) => Result | null): Promise<Result> {
    for (const line of this.#lines) {
      const result = match(line);
      if (result !== null) return result;
    }
    let stop = (): void => undefined;
    try {
      return await new Promise<Result>((resolve, reject) => {
        const silent = setTimeout(() => {
          this.#asked = true;
          this.#child.kill('SIGKILL');
          reject(
            new Error(`Nothing came for ${SILENCE_LIMIT_MS / 1000} seconds: ${this.describeEnd()}`),
          );
        }, SILENCE_LIMIT_MS);
        const listener = (line: string): void => {
          silent.refresh();
          const result = match(line);
          if (result !== null) resolve(result);
        };
        this.#listeners.add(listener);
        stop = () => {
          clearTimeout(silent);
          this.#listeners.delete(listener);
        };
        this.onExit(() => reject(new Error(this.describeEnd())));
      });
    } finally {
      stop();
    }
  }

  kill(signal: NodeJS.Signals): Promise<ProcessExit> {
    this.#asked = true;
    if (this.#exit === null) this.#child.kill(signal);
    return this.exited;
  }

  /** Asks it to stop and, when it has not within five seconds, ends it. */
  async stop(): Promise<void> {
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.kill('SIGTERM');
    clearTimeout(insist);
  }
}

/** The fields of a JSON log line whose `msg` is `message`; null for any other line. */
export function logFields(line: string, message: string): Readonly<Record<string, unknown>> | null {
  const fields = parseLogLine(line);
  return fields?.['msg'] === message ? fields : null;
}

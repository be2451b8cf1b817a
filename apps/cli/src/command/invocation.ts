import type { CliConfig } from '../config/config.js';
import type { Console } from '../console.js';

/** What a command works with. */
export interface Invocation {
  readonly console: Console;
  readonly config: CliConfig;
}

/** What a command does; resolves to the exit code. */
export type Work = (invocation: Invocation) => Promise<number>;

/** Runs the work of the command that was named. The environment is read then, so --help needs none. */
export type Run = (work: Work) => Promise<void>;

import { childEnvironment, logFields, ManagedProcess, type ProcessExit } from '@cropline/tools';
import type { ServiceProcess } from '../chaos-system.js';
import type { StoppedTimes } from './stopped-times.js';

/** How long after its end a process is started again by itself, as by what runs it in production. */
const RESTART_DELAY_MS = 300;

type Env = Readonly<Record<string, string>>;

/** Which app to run, and how its log tells that it is ready. */
export interface AppOptions {
  readonly name: string;
  /** The compiled main of the app. */
  readonly main: string;
  readonly env: Env;
  /** The message of the line that says that it is ready. */
  readonly readyMessage: string;
  /** Where its health is served, by the fields of that line. */
  readonly healthUrl: (fields: Readonly<Record<string, unknown>>) => string;
  readonly stopped: StoppedTimes;
  readonly onLine: (source: string, line: string) => void;
  /** Told when it has ended without being closed, and that it is started again. */
  readonly onEnd: (name: string, exit: ProcessExit) => void;
}

/** The API or a worker: a process that is started again whenever it ends, until it is closed. */
export class AppProcess implements ServiceProcess {
  readonly name: string;
  healthUrl = '';
  readonly #options: AppOptions;
  #process: ManagedProcess | null = null;
  #starting: Promise<void> = Promise.resolve();
  #restart: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: AppOptions) {
    this.#options = options;
    this.name = options.name;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    const current = this.#process;
    if (current?.running !== true) return;
    process.kill(current.pid, signal);
    this.#options.stopped.note(this.name, signal);
  }

  async ended(): Promise<ProcessExit> {
    return (await this.#process?.exited) ?? { code: null, signal: null };
  }

  start(env: Env = {}): Promise<void> {
    clearTimeout(this.#restart);
    this.#starting = this.#starting
      .catch(() => undefined)
      .then(async () => {
        const other = Object.keys(env).length > 0;
        if (this.#closed || (this.#process?.running === true && !other)) return;
        await this.#process?.kill('SIGKILL');
        clearTimeout(this.#restart);
        await this.#run(env);
      });
    return this.#starting;
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    this.signal('SIGCONT');
    await this.#process?.stop();
  }

  async #run(env: Env): Promise<void> {
    const { name, main, readyMessage, healthUrl, onLine, onEnd, stopped } = this.#options;
    const current = await ManagedProcess.start({
      name,
      command: process.execPath,
      args: ['--enable-source-maps', main],
      env: childEnvironment(this.#options.env, env),
      onLine,
    });
    this.#process = current;
    current.onExit((exit) => {
      stopped.note(name, 'SIGCONT');
      if (this.#closed || this.#process !== current) return;
      onEnd(name, exit);
      this.#restart = setTimeout(() => {
        // What fails here fails again in the fault or the check that waits for it.
        this.start().catch(() => undefined);
      }, RESTART_DELAY_MS);
    });
    try {
      this.healthUrl = healthUrl(
        await current.waitForLine((line) => logFields(line, readyMessage)),
      );
    } catch (error) {
      if (!this.#closed) throw error;
    }
  }
}

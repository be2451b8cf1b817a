import { isWrite, type CommandStop, type HttpExchange } from '@cropline/tools';

/** What a crash point is: the how manieth step of its kind of work, and on which side of it. */
export interface CrashPoint {
  /** From 1. */
  readonly step: number;
  readonly when: 'before' | 'after';
}

/** Commands of Redis that leave nothing behind, or wait for something. */
const FLEETING =
  /^(PING|INFO|HELLO|AUTH|SELECT|CLIENT|COMMAND|CONFIG|QUIT|TIME|P?(UN)?SUBSCRIBE|BZPOPMIN|EXISTS|H?M?GET|HGETALL|[HSZL]?(LEN|CARD)|Z(REV)?RANGE\w*|ZSCORE|[LX]RANGE|SMEMBERS|S?SCAN|KEYS|TYPE|P?TTL|SCRIPT)$/;

/**
 * Counts what a process does that outlives it, in the order in which it comes by: writes to object storage
 * and commands to Redis. It can be killed at one of them.
 */
export class DurableSteps {
  /** What was done since counting began. */
  labels: string[] = [];
  /** Where it was killed; null while it was not. */
  struck: string | null = null;
  #counting = false;
  #crash: CrashPoint | null = null;
  readonly #kill: () => void;

  constructor(kill: () => void) {
    this.#kill = kill;
  }

  /** Begins to count, and to wait for the point at which to kill. */
  begin(crash: CrashPoint | null): void {
    this.labels = [];
    this.struck = null;
    this.#crash = crash;
    this.#counting = true;
  }

  end(): void {
    this.#counting = false;
  }

  /** For the gate before object storage. */
  async onRequest({ request, forward, pass }: HttpExchange): Promise<void> {
    if (!isWrite(request)) return pass();
    const path = (request.url ?? '').replace(/\?.*$/, '').replace(/\/b[\w-]{20,}/, '/<id>');
    const when = this.#reached(`${request.method ?? ''} ${path}`);
    if (when === 'after') await forward();
    if (when === null) return pass();
    this.#kill();
    request.socket.destroy();
  }

  /** For the gate before Redis. */
  onCommand(command: readonly Buffer[]): CommandStop | null {
    const name = (command[0]?.toString('latin1') ?? '').toUpperCase();
    if (FLEETING.test(name)) return null;
    // A script comes with its text or digest and the number of its keys before the first of them.
    const key = command[name.startsWith('EVAL') ? 3 : 1]?.toString('latin1') ?? '';
    const shown = key.replace(/^.*\}:/, '').replace(/[\w-]{20,}/, '<id>');
    const when = this.#reached(`${name} ${shown}`);
    return when === null ? null : { when, stop: () => this.#kill() };
  }

  #reached(label: string): CrashPoint['when'] | null {
    // A process that was killed does nothing more; what it still had on the way goes nowhere.
    if (this.struck !== null) return 'before';
    if (!this.#counting) return null;
    this.labels.push(label);
    if (this.labels.length !== this.#crash?.step) return null;
    this.struck = label;
    return this.#crash.when;
  }

  /** Lets everything by again: the process was started anew. */
  heal(): void {
    this.end();
    this.struck = null;
  }
}

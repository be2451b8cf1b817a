import { isWrite, type CommandStop, type HttpExchange } from '@cropline/tools';

/** A crash point: a step of a kind, and on which side of it. */
export interface CrashPoint {
  /** Such as `PUT /<id>/batch.json`, with its number from the second of its kind on. */
  readonly step: string;
  readonly when: 'before' | 'after';
}

/** Commands of Redis that leave nothing behind, or wait for something. */
const FLEETING =
  /^(PING|INFO|HELLO|AUTH|SELECT|CLIENT|COMMAND|CONFIG|QUIT|TIME|P?(UN)?SUBSCRIBE|BZPOPMIN|EXISTS|H?M?GET|HGETALL|[HSZL]?(LEN|CARD)|Z(REV)?RANGE\w*|ZSCORE|[LX]RANGE|SMEMBERS|S?SCAN|KEYS|TYPE|P?TTL|SCRIPT)$/;

/** What is done every now and then, whatever else there is to do. */
const REGULAR = /^script (\w+:stalled|coordination:repeat|reconciliation|deletions|retention)/;

/**
 * Counts what a process does that outlives it, in the order in which it comes by: writes to object storage
 * and commands to Redis. It can be killed at one of them.
 */
export class DurableSteps {
  /** What was done since counting began, in order. */
  done: string[] = [];
  /** Whether it was killed at the point that was asked for. */
  struck = false;
  #counting = false;
  #crash: CrashPoint | null = null;
  #kill: () => void = () => undefined;

  /** Begins to count, and to wait for the point at which to kill the process of now. */
  begin(crash: CrashPoint | null, kill: () => void): void {
    this.#kill = () => {
      this.#kill = () => undefined;
      kill();
    };
    this.done = [];
    this.struck = false;
    this.#crash = crash;
    this.#counting = true;
  }

  end(): void {
    this.#counting = false;
  }

  /** For the gate before object storage. */
  async onRequest({ request, forward, pass }: HttpExchange): Promise<void> {
    if (!isWrite(request)) return pass();
    const path = (request.url ?? '')
      .replace(/\?.*$/, '')
      .replace(/^\/[^/]+\/batches/, '')
      .replace(/[\w-]{20,}/, '<id>');
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
    const script = name.startsWith('EVAL');
    const key = command[script ? 3 : 1]?.toString('latin1') ?? '';
    const shown = key.replace(/^.*\}:/, '').replace(/[\w-]{20,}/, '<id>');
    const when = this.#reached(`${script ? 'script' : name} ${shown}`);
    return when === null ? null : { when, stop: () => this.#kill() };
  }

  #reached(kind: string): CrashPoint['when'] | null {
    // A process that was killed does nothing more; what it still had on the way goes nowhere.
    if (this.struck) return 'before';
    if (!this.#counting || REGULAR.test(kind)) return null;
    const before = this.done.filter((step) => step.replace(/ \(\d+\)$/, '') === kind).length;
    const step = before === 0 ? kind : `${kind} (${before + 1})`;
    this.done.push(step);
    if (step !== this.#crash?.step) return null;
    this.struck = true;
    return this.#crash.when;
  }

  /** Lets everything by again: the process was started anew. */
  heal(): void {
    this.end();
    this.struck = false;
  }
}

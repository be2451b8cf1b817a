import { logFields } from '@cropline/tools';
import type { StoppedTimes } from '../system/stopped-times.js';
import type { Violations } from './violations.js';

/** Hears what the event loops of the processes say of themselves; each may stand still for less than a second. */
export class EventLoopWatch {
  readonly #violations: Violations;
  readonly #stopped: StoppedTimes;

  constructor(violations: Violations, stopped: StoppedTimes) {
    this.#violations = violations;
    this.#stopped = stopped;
  }

  /** A process wrote a line. */
  hear(name: string, line: string, now = Date.now()): void {
    const fields = logFields(line, 'event loop stalled');
    if (fields === null) return;
    const [lateMs, stalledMs] = [Number(fields['lateMs']), Number(fields['stalledMs'])];
    if (this.#stopped.within(name, now - lateMs, now)) return;
    this.#violations.note(`The event loop of ${name} stood still for ${stalledMs} ms.`);
  }
}

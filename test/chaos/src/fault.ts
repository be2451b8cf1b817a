/** Whom a fault befalls. */
export type FaultArea = 'worker' | 'redis' | 's3' | 'image host' | 'api';

/** One fault of the schedule; `System` is what it is injected into. */
export interface Fault<System> {
  /** Such as `worker: kill -9`. */
  readonly name: string;
  readonly area: FaultArea;
  /** What must come of it, for the table. */
  readonly expected: string;
  /** Injects it and resolves when it is over and mended, with what was done. `random` gives [0, 1). */
  inject(system: System, random: () => number): Promise<string>;
}

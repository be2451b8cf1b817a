/** When processes were stopped by a signal: what they did not do meanwhile is no fault of theirs. */
export class StoppedTimes {
  readonly #since = new Map<string, number>();
  readonly #last = new Map<string, { readonly from: number; readonly to: number }>();

  /** A signal was sent to the process of this name. */
  note(name: string, signal: NodeJS.Signals, now = Date.now()): void {
    if (signal === 'SIGSTOP') this.#since.set(name, now);
    const from = this.#since.get(name);
    if (signal !== 'SIGCONT' || from === undefined) return;
    this.#since.delete(name);
    this.#last.set(name, { from, to: now });
  }

  /** Whether the process was stopped at any time between these, in milliseconds since 1970. */
  within(name: string, from: number, to: number): boolean {
    const since = this.#since.get(name);
    const last = this.#last.get(name);
    return (
      (since !== undefined && since <= to) ||
      (last !== undefined && last.from <= to && from <= last.to)
    );
  }
}

/**
 * Counts images beside the work, for the progress bar: folders may hold any number, so the work does not
 * wait for it. A source that cannot be counted stays uncounted; the work itself reports why.
 */
export class ImageCount {
  #value: number | null = null;
  #stopped = false;

  /** How many there are; null until that is known. */
  get value(): number | null {
    return this.#value;
  }

  /** Begins to count. */
  start(inputs: AsyncIterator<unknown>): void {
    this.#count(inputs).catch(() => undefined);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #count(inputs: AsyncIterator<unknown>): Promise<void> {
    let count = 0;
    while ((await inputs.next()).done !== true) {
      if (this.#stopped) return;
      count += 1;
    }
    this.#value = count;
  }
}

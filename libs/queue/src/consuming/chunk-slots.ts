/**
 * Which chunks run at once in a worker: any side by side, but one over which a worker died alone, so that
 * it takes no other with it and is not blamed for another.
 */
export class ChunkSlots {
  readonly #onAlone: (alone: boolean) => void;
  #running = 0;
  #alone = false;
  #wake: (() => void) | null = null;

  /** @param onAlone told when a chunk is to run alone, and when others may run again. */
  constructor(onAlone: (alone: boolean) => void) {
    this.#onAlone = onAlone;
  }

  /**
   * Takes a place beside others; what is returned gives it back. Null while one runs alone or is about to:
   * whoever waited could die with it.
   */
  enter(): (() => void) | null {
    if (this.#alone) return null;
    this.#running += 1;
    return () => {
      this.#running -= 1;
      if (this.#running === 0) this.#wake?.();
    };
  }

  /**
   * Takes the whole worker once those that run have ended; what is returned gives it back. Null when another
   * has it or waits for it.
   *
   * @throws The signal's reason, when it is aborted while it waits.
   */
  enterAlone(signal: AbortSignal): Promise<() => void> | null {
    if (this.#alone) return null;
    this.#alone = true;
    this.#onAlone(true);
    return this.#untilEmpty(signal).then(
      () => () => this.#leaveAlone(),
      (error: unknown) => {
        this.#leaveAlone();
        throw error;
      },
    );
  }

  #leaveAlone(): void {
    this.#alone = false;
    this.#onAlone(false);
  }

  async #untilEmpty(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#running === 0) return;
    let onAbort = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        onAbort = () => reject(signal.reason as Error);
        signal.addEventListener('abort', onAbort, { once: true });
      });
    } finally {
      this.#wake = null;
      signal.removeEventListener('abort', onAbort);
    }
  }
}

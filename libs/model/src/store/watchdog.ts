/** Aborts a request that keeps silent for too long, or that the caller gave up. */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #onAbort: () => void;
  #timer: NodeJS.Timeout | undefined;
  #timedOut = false;

  constructor(caller: AbortSignal | undefined) {
    this.#caller = caller;
    this.#onAbort = () => {
      this.#controller.abort(caller?.reason);
    };
    caller?.addEventListener('abort', this.#onAbort, { once: true });
    if (caller?.aborted === true) this.#onAbort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it was silence that ended the request. */
  get timedOut(): boolean {
    return this.#timedOut;
  }

  /** Gives the request this long until the next call. */
  expect(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.#controller.abort();
    }, milliseconds);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#onAbort);
  }
}

/** How much `mapInOrder` may have under way. */
export interface MapInOrderOptions {
  /** The most calls of `run` at once. */
  readonly concurrency: number;
  /**
   * The most values taken from the source and not yet handed on, so that one slow value cannot let an
   * endless source pile up results behind it. Default: 16 times the concurrency.
   */
  readonly ahead?: number;
}

type Slot<R> = { readonly done: false } | { readonly done: true; readonly value: R };

/**
 * Runs `run` on every value of a source, several at once, and yields the results in the source's order,
 * each as soon as it and those before it are there (a slow source never holds back a finished result).
 *
 * @throws What the source or `run` throws, at once; calls still under way are left to end on their own,
 *   so give them an AbortSignal where they should stop.
 * @example
 * for await (const size of mapInOrder(urls, { concurrency: 8 }, fetchSize)) total += size;
 */
export async function* mapInOrder<T, R>(
  source: Iterable<T> | AsyncIterable<T>,
  options: MapInOrderOptions,
  run: (value: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const { concurrency, ahead = 16 * concurrency } = options;
  const iterator = iteratorOf(source);
  const slots: { state: Slot<R> }[] = [];
  const state = {
    running: 0,
    pulling: false,
    ended: false,
    failure: null as { readonly error: unknown } | null,
  };
  let wake = (): void => undefined;

  const fail = (error: unknown): void => {
    state.failure ??= { error };
    wake();
  };
  const start = (value: T): void => {
    const slot: { state: Slot<R> } = { state: { done: false } };
    slots.push(slot);
    state.running += 1;
    run(value).then((result) => {
      state.running -= 1;
      slot.state = { done: true, value: result };
      wake();
    }, fail);
  };
  const pull = (): void => {
    state.pulling = true;
    Promise.resolve(iterator.next()).then((next) => {
      state.pulling = false;
      if (next.done === true) state.ended = true;
      else start(next.value);
      wake();
    }, fail);
  };

  try {
    for (;;) {
      const { running, pulling, ended, failure } = state;
      if (failure !== null) throw failure.error;
      const head = slots[0];
      if (head?.state.done === true) {
        slots.shift();
        yield head.state.value;
        continue;
      }
      if (!ended && !pulling && running < concurrency && slots.length < ahead) pull();
      else if (ended && head === undefined) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    // A source that is waiting (a terminal, a socket) must not hold up a caller who has stopped.
    if (!state.ended) Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

function iteratorOf<T>(source: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  return Symbol.asyncIterator in source
    ? source[Symbol.asyncIterator]()
    : source[Symbol.iterator]();
}

/** A limit in time, and who else may end the work. */
export interface TimeLimit {
  readonly timeoutMs: number;
  /** What is thrown when the time is over. */
  readonly onTimeout: () => Error;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs work until it is done, its time is over or the caller's signal is aborted, and returns at once in
 * each case: work that cannot be interrupted (a name look-up) is left behind, its signal aborted.
 *
 * No timer and no listener outlives it.
 */
export async function withinTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { timeoutMs, onTimeout, signal }: TimeLimit,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  return await new Promise<T>((resolve, reject) => {
    const stop = (reason: Error): void => {
      end();
      reject(reason);
      controller.abort(reason);
    };
    // Whatever the caller gave as its reason is thrown as it is.
    const onAbort = (): void => stop(signal?.reason as Error);
    const timer = setTimeout(() => stop(onTimeout()), timeoutMs);
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    work(controller.signal).then(resolve, reject).finally(end);
  });
}

const started = new Map<object, { readonly stop: () => Promise<void> }>();

/**
 * Something that several attacks use, such as an API: started for the first that asks, kept for the others, and
 * stopped by `stopSharedParts`.
 *
 * @example
 * const api = sharedPart(() => startStack({ workers: 0 }), (stack) => stack.stop());
 * const attack: Attack = { …, run: async () => String((await fetch((await api()).apiUrl)).status) };
 */
export function sharedPart<Part>(
  start: () => Promise<Part>,
  stop: (part: Part) => Promise<void>,
): () => Promise<Part> {
  let part: Promise<Part> | null = null;
  return async () => {
    if (part === null) {
      const starting = start();
      part = starting;
      const own = {};
      started.set(own, {
        stop: async () => {
          started.delete(own);
          part = null;
          // What did not start has nothing to stop, and has told its attack why.
          const ready = await starting.catch(() => null);
          if (ready !== null) await stop(ready);
        },
      });
    }
    return await part;
  };
}

/** Stops all that is shared and runs, the youngest first. What is asked for again is started again. */
export async function stopSharedParts(): Promise<void> {
  for (const { stop } of [...started.values()].reverse()) await stop();
}

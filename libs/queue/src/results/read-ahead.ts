/**
 * Loads things 0 … in order, several ahead of the one that is used: what they are is up to `next`, which
 * starts a load or tells by null that there is nothing more.
 */
export async function* readAhead<T>(
  depth: number,
  next: () => Promise<T> | null,
): AsyncGenerator<T> {
  const loading: Promise<T>[] = [];
  let more = true;
  for (;;) {
    while (more && loading.length < depth) {
      const load = next();
      if (load === null) more = false;
      else {
        // It is awaited in its turn; until then a rejection is nobody's yet.
        load.catch(() => undefined);
        loading.push(load);
      }
    }
    const first = loading.shift();
    if (first === undefined) return;
    yield await first;
  }
}

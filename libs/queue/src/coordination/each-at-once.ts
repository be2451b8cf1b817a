/** Does the work for each, so many at once, and takes no more from the source than that. */
export async function eachAtOnce<T>(
  source: AsyncGenerator<T>,
  most: number,
  work: (value: T) => Promise<void>,
): Promise<void> {
  const lane = async (): Promise<void> => {
    for (;;) {
      const next = await source.next();
      if (next.done === true) return;
      await work(next.value);
    }
  };
  const lanes = Array.from({ length: most }, lane);
  try {
    await Promise.all(lanes);
  } finally {
    // When one has failed, the others find the source at its end.
    await source.return(undefined);
    await Promise.allSettled(lanes);
  }
}

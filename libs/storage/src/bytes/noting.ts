/** The same pieces; a failure of their source is told before it is thrown on. */
export async function* noting<T>(
  pieces: AsyncIterable<T>,
  note: (error: unknown) => void,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* pieces;
  } catch (error) {
    note(error);
    throw error;
  }
}

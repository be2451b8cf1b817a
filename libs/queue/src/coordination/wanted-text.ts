/** How often one who writes a manifest asks whether that is still wanted, in milliseconds. */
const ASK_EVERY_MS = 1_000;

/** The batch was stopped, or another does the same. */
export class Unwanted extends Error {
  constructor() {
    super('What was to be written is not wanted any more.');
  }
}

/** The same text, asking now and then and at its end whether it is wanted: what asking throws ends it. */
export async function* wantedText(
  text: AsyncIterable<string>,
  wanted: () => Promise<void>,
): AsyncGenerator<string, void, undefined> {
  let askedAt = Date.now();
  for await (const block of text) {
    yield block;
    if (Date.now() - askedAt < ASK_EVERY_MS) continue;
    await wanted();
    askedAt = Date.now();
  }
  // The manifest appears when its stream has ended: not in the place of one that is planned from.
  await wanted();
}

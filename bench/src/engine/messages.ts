/** What a contender's thread is told: run for this many milliseconds. */
export interface RunRequest {
  readonly milliseconds: number;
}

/** What it answers: how many crops it scored, and how long that really took. */
export interface RunAnswer {
  readonly crops: number;
  readonly milliseconds: number;
}

/** The same crop bytes for every contender: noise with some structure, from a fixed formula. */
export function cropBytes(count: number): Uint8Array {
  return Uint8Array.from({ length: count * 224 * 224 * 3 }, (_, index) => {
    return ((index % 7919) * 31 + ((index >> 9) & 63)) % 256;
  });
}

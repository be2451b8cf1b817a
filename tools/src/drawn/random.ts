const WHOLE = 2 ** 32;

/**
 * Numbers that look random and are always the same for the same seed: the text is hashed (FNV-1a) into the
 * state of a small generator (Chris Doty-Humphrey's sfc32). Not for secrets.
 */
export class Random {
  readonly #state: Uint32Array;

  constructor(seed: string) {
    let hash = 0x811c9dc5;
    this.#state = Uint32Array.from({ length: 4 }, (_, part) => {
      for (const character of `${part}/${seed}`) {
        hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
      }
      return hash;
    });
    // The first numbers of states that differ little would differ little too.
    for (let round = 0; round < 15; round += 1) this.next();
  }

  /** From 0 to below 1. */
  next(): number {
    const [a = 0, b = 0, c = 0, count = 0] = this.#state;
    const sum = (a + b + count) >>> 0;
    this.#state[0] = b ^ (b >>> 9);
    this.#state[1] = c + (c << 3);
    this.#state[2] = ((c << 21) | (c >>> 11)) + sum;
    this.#state[3] = count + 1;
    return sum / WHOLE;
  }

  between(least: number, most: number): number {
    return least + (most - least) * this.next();
  }

  /** A whole number, both ends included. */
  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  sign(): 1 | -1 {
    return this.chance(0.5) ? 1 : -1;
  }

  /** One of the choices, none of which may be undefined. */
  pick<Choice>(choices: readonly [Choice, ...Choice[]]): Choice {
    return choices[this.whole(0, choices.length - 1)] ?? choices[0];
  }
}

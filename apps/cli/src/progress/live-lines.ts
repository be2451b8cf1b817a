import type { OutputStream } from '../console.js';

const ERASE_BELOW = '\u001b[0J';

/** Lines at the bottom of a terminal that are drawn over again, and leave nothing behind. */
export class LiveLines {
  readonly #stream: OutputStream;
  #drawn = 0;

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  /** Draws the lines where the last ones were. None may be wider than the terminal, or it would wrap. */
  draw(lines: readonly string[]): void {
    this.#stream.write(this.#toTop() + lines.join('\n'));
    this.#drawn = lines.length;
  }

  /** Leaves the terminal as it was before the first line was drawn. */
  erase(): void {
    if (this.#drawn > 0) this.#stream.write(this.#toTop());
    this.#drawn = 0;
  }

  /** To the beginning of the first line (ECMA-48, CUU), and all from there on gone (ED). */
  #toTop(): string {
    const up = this.#drawn > 1 ? `\u001b[${this.#drawn - 1}A` : '';
    return `\r${up}${ERASE_BELOW}`;
  }
}

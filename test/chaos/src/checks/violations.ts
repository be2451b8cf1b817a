/** Everything that was to hold and did not, in the order in which it was seen. */
export class Violations {
  readonly #seen: string[] = [];
  readonly #onViolation: (text: string) => void;

  /** @param onViolation told of each when it is noted. */
  constructor(onViolation: (text: string) => void = () => undefined) {
    this.#onViolation = onViolation;
  }

  get all(): readonly string[] {
    return this.#seen;
  }

  /** Notes one; the same again is not noted. */
  note(text: string): void {
    if (this.#seen.includes(text)) return;
    this.#seen.push(text);
    this.#onViolation(text);
  }
}

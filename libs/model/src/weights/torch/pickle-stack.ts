import { TorchFileFault } from './torch-file-fault.js';

/** The values a pickle may have at hand at a time, and remember; a state_dict needs a few thousand. */
const DEEPEST = 100_000;

/** The working memory of a pickle: a stack that marks divide, and what it remembers by number. */
export class PickleStack {
  #values: unknown[] = [];
  readonly #below: unknown[][] = [];
  #depth = 0;
  readonly #memo = new Map<number, unknown>();

  push(value: unknown): void {
    this.#deepen();
    this.#values.push(value);
  }

  pop(): unknown {
    if (this.#values.length === 0) throw senseless();
    this.#depth -= 1;
    return this.#values.pop();
  }

  /** The topmost value, which stays. */
  top(): unknown {
    if (this.#values.length === 0) throw senseless();
    return this.#values.at(-1);
  }

  mark(): void {
    this.#deepen();
    this.#below.push(this.#values);
    this.#values = [];
  }

  /** The values since the last mark; they and the mark are taken off. */
  popToMark(): unknown[] {
    const values = this.#values;
    const below = this.#below.pop();
    if (below === undefined) throw senseless();
    this.#depth -= values.length + 1;
    this.#values = below;
    return values;
  }

  /** Remembers the topmost value. */
  remember(number: number): void {
    if (this.#memo.size >= DEEPEST) {
      throw new TorchFileFault(`its pickle remembers more than ${DEEPEST} values`);
    }
    this.#memo.set(number, this.top());
  }

  recall(number: number): unknown {
    if (!this.#memo.has(number)) throw senseless();
    return this.#memo.get(number);
  }

  #deepen(): void {
    if (this.#depth >= DEEPEST) {
      throw new TorchFileFault(`its pickle stacks more than ${DEEPEST} values`);
    }
    this.#depth += 1;
  }
}

function senseless(): TorchFileFault {
  return new TorchFileFault('its pickle asks for values that it has not made');
}

const TELL_EVERY_MS = 1000;

/** Tells of pictures as they are drawn: one line that changes at a terminal, plain lines or JSON elsewhere. */
export class DrawProgress {
  readonly #started = performance.now();
  #told = this.#started;

  constructor(
    private readonly total: number,
    private readonly out: { readonly isTTY?: boolean; write(text: string): unknown },
    private readonly json: boolean,
  ) {}

  update(written: number): void {
    const every = this.#live ? TELL_EVERY_MS / 10 : this.json ? TELL_EVERY_MS : TELL_EVERY_MS * 5;
    const now = performance.now();
    if (written < this.total && now - this.#told < every) return;
    this.#told = now;
    const rate = Math.round((written / Math.max(1, now - this.#started)) * 1000);
    const { total } = this;
    if (this.json) this.out.write(`${JSON.stringify({ written, total, rate })}\n`);
    else {
      const line = `${written} of ${total} pictures, ${rate} a second`;
      this.out.write(this.#live ? `\r${line}\u001b[K` : `${line}\n`);
    }
  }

  /** Leaves the line that changes. */
  finish(): void {
    if (this.#live) this.out.write('\n');
  }

  get #live(): boolean {
    return this.out.isTTY === true && !this.json;
  }
}

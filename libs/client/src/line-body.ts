/** Lines as bytes cut anywhere. A function begins anew whenever it is called, so that they can be sent again. */
export type LineSource =
  AsyncIterable<Uint8Array> | ReadableStream | (() => AsyncIterable<Uint8Array>);

/**
 * A stream that takes from its source no faster than it is read, and keeps what went wrong there: fetch would
 * only say that it failed.
 */
export class LineBody {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #iterator: AsyncIterator<Uint8Array>;
  #fault: { readonly error: unknown } | null = null;

  constructor(source: LineSource) {
    const lines = (typeof source === 'function' ? source() : source) as AsyncIterable<Uint8Array>;
    this.#iterator = lines[Symbol.asyncIterator]();
    this.stream = new ReadableStream<Uint8Array>(
      { pull: (controller) => this.#pull(controller), cancel: () => this.end() },
      { highWaterMark: 0 },
    );
  }

  /** What the source threw, if it did. */
  get fault(): { readonly error: unknown } | null {
    return this.#fault;
  }

  /** Lets go of the source: nothing more is read. */
  async end(): Promise<void> {
    await this.#iterator.return?.();
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      const next = await this.#iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    } catch (error) {
      this.#fault = { error };
      controller.error(error);
    }
  }
}

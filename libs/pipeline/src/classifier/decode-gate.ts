/** How much a `DecodeGate` lets in. */
export interface DecodeGateOptions {
  /** The most images that are decoded at once. */
  readonly decodes: number;
  /**
   * Once this many crops are decoded, or being decoded, and in no device batch yet, no further image is
   * decoded. Counted apart for urgent images, which so never wait behind others.
   */
  readonly cropsAhead: number;
}

interface Lane {
  cropsAhead: number;
  readonly queue: {
    readonly crops: number;
    enter(ticket: DecodeTicket): void;
    fail(error: unknown): void;
  }[];
}

/**
 * What an image holds of the gate from the start of its decoding on. Every call may come in any order and
 * more often than needed; what was given back stays given back.
 */
export interface DecodeTicket {
  /** Its decoding has ended, well or badly; `crops` is how many it came to. */
  decoded(crops?: number): void;
  /** It wants so many crops more, beside those it was decoded for. */
  wants(crops: number): void;
  /** One of its crops is in a device batch. */
  taken(): void;
  /** It wants nothing more of the device. Its decoding, where it still runs, goes on to count. */
  leave(): void;
}

/**
 * Holds images back as bytes until the device is near them, so that decoded pictures (up to a few MiB
 * each, where the bytes are a few hundred KiB) do not pile up in front of it. Urgent images go first;
 * otherwise first come, first served.
 */
export class DecodeGate {
  readonly #options: DecodeGateOptions;
  readonly #urgent: Lane = { cropsAhead: 0, queue: [] };
  readonly #normal: Lane = { cropsAhead: 0, queue: [] };
  #decoding = 0;
  #closed: { readonly error: unknown } | null = null;

  constructor(options: DecodeGateOptions) {
    this.#options = options;
  }

  /**
   * Waits until an image may be decoded.
   *
   * @param crops how many it is likely to come to.
   * @throws The signal's reason, or what the gate was closed with.
   */
  async enter(crops: number, urgent: boolean, signal?: AbortSignal): Promise<DecodeTicket> {
    signal?.throwIfAborted();
    if (this.#closed !== null) throw this.#closed.error;
    const { queue } = urgent ? this.#urgent : this.#normal;
    let onAbort = (): void => undefined;
    try {
      return await new Promise<DecodeTicket>((resolve, reject) => {
        const entry = { crops, enter: resolve, fail: reject };
        onAbort = () => {
          const place = queue.indexOf(entry);
          if (place < 0) return;
          queue.splice(place, 1);
          reject(signal?.reason as Error);
        };
        signal?.addEventListener('abort', onAbort);
        queue.push(entry);
        this.#admit();
      });
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Turns away all that wait, and all that come later. */
  close(error: unknown): void {
    this.#closed ??= { error };
    for (const { queue } of [this.#urgent, this.#normal]) {
      for (const entry of queue.splice(0)) entry.fail(error);
    }
  }

  #admit(): void {
    for (const lane of [this.#urgent, this.#normal]) {
      while (this.#decoding < this.#options.decodes && lane.cropsAhead < this.#options.cropsAhead) {
        const entry = lane.queue.shift();
        if (entry === undefined) break;
        entry.enter(this.#ticket(lane, entry.crops));
      }
    }
  }

  #ticket(lane: Lane, crops: number): DecodeTicket {
    let ahead = crops;
    let decoding = true;
    let left = false;
    lane.cropsAhead += ahead;
    this.#decoding += 1;
    const keep = (crops: number): void => {
      if (crops >= ahead) return;
      lane.cropsAhead -= ahead - crops;
      ahead = crops;
      this.#admit();
    };
    return {
      decoded: (actual = ahead) => {
        if (!decoding) return;
        decoding = false;
        this.#decoding -= 1;
        keep(actual);
        this.#admit();
      },
      wants: (crops) => {
        if (left) return;
        ahead += crops;
        lane.cropsAhead += crops;
      },
      taken: () => keep(Math.max(0, ahead - 1)),
      leave: () => {
        left = true;
        keep(0);
      },
    };
  }
}

import { TorchFileFault } from './torch-file-fault.js';

/** Reads bytes one after the other, little-endian, and never beyond their end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  /** @param start where the first byte to read lies */
  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
  }

  /** Where the next byte lies. */
  get at(): number {
    return this.#at;
  }

  uint8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  /** A count of 64 bits; one too large for a number comes as a number that is too large. */
  count64(): number {
    return Number(this.#view.getBigUint64(this.#skip(8), true));
  }

  float64BigEndian(): number {
    return this.#view.getFloat64(this.#skip(8), false);
  }

  /** So many bytes; they are the same memory, not a copy. */
  take(length: number): Uint8Array {
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** So many bytes of UTF-8. */
  text(length: number): string {
    return decode(this.take(length));
  }

  /** The text up to the next line feed, which is skipped. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw cutShort();
    const text = this.text(end - this.#at);
    this.#at = end + 1;
    return text;
  }

  #skip(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw cutShort();
    this.#at = start + length;
    return start;
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new TorchFileFault('it holds a text that is not UTF-8');
  }
}

function cutShort(): TorchFileFault {
  return new TorchFileFault('it is cut short');
}

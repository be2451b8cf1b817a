import protobuf from 'protobufjs/light.js';

/** A field of a protocol buffer as it lies in the file, so that what is not understood is kept to the byte. */
export interface RawField {
  readonly number: number;
  /** All of it, tag and length included. */
  readonly bytes: Uint8Array;
  /** What is in a message, text or list of bytes; null for a field that is a number. */
  readonly content: Uint8Array | null;
}

/** `bytes`, and so on, in the encoding of protocol buffers (https://protobuf.dev/programming-guides/encoding). */
const LENGTH_DELIMITED = 2;

/** Takes a message apart. @throws Error when the bytes are none */
export function rawFields(bytes: Uint8Array): RawField[] {
  const reader = protobuf.Reader.create(bytes);
  const fields: RawField[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    const wireType = tag & 7;
    let content: Uint8Array | null = null;
    if (wireType === LENGTH_DELIMITED) {
      const length = reader.uint32();
      const from = reader.pos;
      reader.skip(length);
      content = bytes.subarray(from, reader.pos);
    } else {
      reader.skipType(wireType);
    }
    fields.push({ number: tag >>> 3, bytes: bytes.subarray(start, reader.pos), content });
  }
  return fields;
}

/** A field that holds a message. */
export function messageField(number: number, content: Uint8Array): Uint8Array {
  return protobuf.Writer.create()
    .uint32((number << 3) | LENGTH_DELIMITED)
    .bytes(content)
    .finish();
}

/** A field that holds a whole number. */
export function numberField(number: number, value: number): Uint8Array {
  return protobuf.Writer.create()
    .uint32(number << 3)
    .int64(value)
    .finish();
}

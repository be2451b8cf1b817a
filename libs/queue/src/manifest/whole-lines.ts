const NEWLINE = 0x0a;

/** The same bytes in pieces that each end where a line ends; the last one ends where they end. */
export async function* wholeLines(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer[] = [];
  for await (const piece of bytes) {
    const buffer = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const end = buffer.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      yield Buffer.concat([...rest, buffer.subarray(0, end)]);
      rest = [];
    }
    if (end < buffer.length) rest.push(buffer.subarray(end));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

const NEWLINE = 10;

/**
 * Bytes cut anywhere as blocks of whole lines, as they arrive; the last line may have no end. Holds what is
 * there of one line.
 */
export async function* wholeLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let open: Uint8Array[] = [];
  for await (const part of bytes) {
    const end = part.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      yield joined([...open, part.subarray(0, end)]);
      open = [];
    }
    if (end < part.length) open.push(part.subarray(end));
  }
  if (open.length > 0) yield joined(open);
}

/** The values of the lines of JSON in a block; empty lines are left out. @throws SyntaxError */
export function jsonLines(block: Uint8Array): unknown[] {
  return new TextDecoder()
    .decode(block)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): unknown => JSON.parse(line));
}

/** The last line of a block. */
export function lastLine(block: Uint8Array): Uint8Array {
  const end = block.at(-1) === NEWLINE ? block.length - 1 : block.length;
  return block.subarray(end === 0 ? 0 : block.lastIndexOf(NEWLINE, end - 1) + 1, end);
}

/** What follows the first line of a block that is as wanted; null when none is. */
export function afterLine(
  block: Uint8Array,
  wanted: (line: Uint8Array) => boolean,
): Uint8Array | null {
  for (let start = 0; start < block.length;) {
    const found = block.indexOf(NEWLINE, start);
    const end = found === -1 ? block.length : found;
    if (wanted(block.subarray(start, end))) return block.subarray(Math.min(end + 1, block.length));
    start = end + 1;
  }
  return null;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first = new Uint8Array()] = parts;
  if (parts.length <= 1) return first;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

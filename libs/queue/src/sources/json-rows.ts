import { isUtf8 } from 'node:buffer';
import { MAX_LINE_BYTES, type SourceRow, type SourceRows } from './source-row.js';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = '\ufeff';

/** The rows of JSON lines; blank lines are none. A line that is too long ends the list with a fault. */
export async function* jsonRows(bytes: AsyncIterable<Uint8Array>): SourceRows {
  let line = 0;
  let rest: Buffer = Buffer.alloc(0);
  const rowsOf = (block: Buffer): SourceRow[] => {
    const valid = isUtf8(block);
    const rows: SourceRow[] = [];
    const lines = block.toString().split('\n');
    // What follows the last newline is no line.
    if (lines.at(-1) === '') lines.pop();
    for (const text of lines) {
      line += 1;
      const row = jsonRow(
        line,
        line === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text,
        valid,
      );
      if (row !== null) rows.push(row);
    }
    return rows;
  };
  for await (const chunk of bytes) {
    const block = rest.length === 0 ? asBuffer(chunk) : Buffer.concat([rest, chunk]);
    const end = block.lastIndexOf(NEWLINE) + 1;
    rest = block.subarray(end);
    if (end > 0) yield rowsOf(block.subarray(0, end));
    if (rest.length > MAX_LINE_BYTES) {
      const fault = `Expected a line of at most ${MAX_LINE_BYTES} bytes; nothing after it was read`;
      yield [{ line: line + 1, fault }];
      return;
    }
  }
  if (rest.length > 0) yield rowsOf(rest);
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function jsonRow(line: number, text: string, valid: boolean): SourceRow | null {
  if (!valid && text.includes('\ufffd')) return { line, fault: 'Expected text in UTF-8' };
  try {
    return { line, value: JSON.parse(text) };
  } catch {
    if (text.trim() === '') return null;
    return {
      line,
      fault: 'Expected a JSON object such as {"id":"cat","url":"s3://photos/cat.jpg"}',
    };
  }
}

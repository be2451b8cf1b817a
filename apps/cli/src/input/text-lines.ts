import { CroplineError } from '@cropline/contracts';

/** Far beyond the longest URL or path; a file with a longer line is no list of them. */
const LONGEST_LINE = 65_536;

/** One line of a text, without its end. */
export interface TextLine {
  readonly text: string;
  /** From 1, as editors count. */
  readonly number: number;
}

/**
 * The lines of a UTF-8 text as they arrive, without line ends (LF or CRLF), a byte order mark and blank
 * lines. Holds one line at a time.
 *
 * @param name what the text is called in an error.
 * @throws `USAGE_INVALID` when it is not text: a line of more than 65,536 characters, or a NUL.
 */
export async function* textLines(
  source: AsyncIterable<Uint8Array | string>,
  name: string,
): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder();
  let number = 0;
  let open = '';
  for await (const chunk of source) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = (open + text).split('\n');
    open = lines.pop() ?? '';
    for (const line of lines) {
      number += 1;
      const checked = check(line, number, name);
      if (checked !== '') yield { text: checked, number };
    }
    check(open, number + 1, name);
  }
  const last = check(open + decoder.decode(), number + 1, name);
  if (last !== '') yield { text: last, number: number + 1 };
}

function check(line: string, number: number, name: string): string {
  if (line.length <= LONGEST_LINE && !line.includes('\0')) return line.trim();
  throw new CroplineError(
    'USAGE_INVALID',
    `Expected ${name} to be text with one entry a line, but line ${number} is ${line.includes('\0') ? 'binary' : `longer than ${LONGEST_LINE} characters`}.`,
  );
}

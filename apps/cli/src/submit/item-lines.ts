import { CroplineError, isItemInput, itemFaults } from '@cropline/contracts';
import type { TextLine } from '../input/text-lines.js';

const MOST_FAULTS_TOLD = 3;
const BLOCK_CHARACTERS = 65_536;

/**
 * Items as the API takes them, JSON lines in blocks of bytes, made from lines that hold a URL or a JSON object
 * `{"id"?, "url"}`; in constant memory, however many there are. After a bad line no more are made, but all are
 * read, so that the faults are told together.
 *
 * @param name what the lines are called in an error.
 * @returns how many there were.
 * @throws `USAGE_INVALID` that names the first bad lines (never their content: URLs carry secrets), or says
 *   that there are none.
 */
export async function* itemLines(
  lines: AsyncIterable<TextLine>,
  name: string,
): AsyncGenerator<Uint8Array, number, undefined> {
  const faults: string[] = [];
  let faultCount = 0;
  let count = 0;
  let block = '';
  for await (const { text, number } of lines) {
    count += 1;
    const { line, fault } = readLine(text);
    if (line === null) {
      faultCount += 1;
      if (faults.length < MOST_FAULTS_TOLD) faults.push(`line ${number}: ${fault}`);
    } else if (faultCount === 0) {
      block += `${line}\n`;
      if (block.length < BLOCK_CHARACTERS) continue;
      yield Buffer.from(block);
      block = '';
    }
  }
  if (faultCount > 0) {
    const more = faultCount - faults.length;
    throw new CroplineError(
      'USAGE_INVALID',
      `Expected URLs, or JSON objects {"id", "url"}, one a line, but ${name} has ${faultCount} bad ${faultCount === 1 ? 'line' : 'lines'}: ${faults.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
    );
  }
  if (count === 0) {
    throw new CroplineError('USAGE_INVALID', `Expected URLs, one a line, but ${name} is empty.`);
  }
  if (block !== '') yield Buffer.from(block);
  return count;
}

type Read =
  { readonly line: string; readonly fault: null } | { readonly line: null; readonly fault: string };

function readLine(text: string): Read {
  let value: unknown = { url: text };
  if (text.startsWith('{')) {
    try {
      value = JSON.parse(text);
    } catch {
      return { line: null, fault: 'not valid JSON' };
    }
  }
  if (isItemInput(value)) return { line: JSON.stringify(value), fault: null };
  return { line: null, fault: itemFaults(value)[0] ?? 'not an item' };
}

import {
  CroplineError,
  itemInputSchema,
  MAX_INLINE_ITEMS,
  type ItemInput,
} from '@cropline/contracts';
import type { TextLine } from '../input/text-lines.js';

const MOST_FAULTS_TOLD = 3;

/**
 * Reads the items of a batch from lines: a URL, or a JSON object `{"id"?, "url"}`.
 *
 * @param name what the lines are called in an error.
 * @throws `USAGE_INVALID` that names the first bad lines (never their content: URLs carry secrets), or says
 *   that there are none or more than a batch takes. Stops reading there.
 */
export async function readItems(
  lines: AsyncIterable<TextLine>,
  name: string,
): Promise<readonly ItemInput[]> {
  const items: ItemInput[] = [];
  const faults: string[] = [];
  const lineOfId = new Map<string, number>();
  let faultCount = 0;
  let count = 0;
  for await (const { text, number } of lines) {
    count += 1;
    if (count > MAX_INLINE_ITEMS) throw tooMany(name);
    const { item, fault } = readItem(text, count - 1, lineOfId);
    if (item !== null) {
      items.push(item);
      lineOfId.set(item.id ?? String(count - 1), number);
    } else {
      faultCount += 1;
      if (faults.length < MOST_FAULTS_TOLD) faults.push(`line ${number}: ${fault}`);
    }
  }
  if (faultCount > 0) {
    const more = faultCount - faults.length;
    throw new CroplineError(
      'USAGE_INVALID',
      `Expected URLs, or JSON objects {"id", "url"}, one a line, but ${name} has ${faultCount} bad ${faultCount === 1 ? 'line' : 'lines'}: ${faults.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
    );
  }
  if (items.length === 0) {
    throw new CroplineError('USAGE_INVALID', `Expected URLs, one a line, but ${name} is empty.`);
  }
  return items;
}

type Read =
  | { readonly item: ItemInput; readonly fault: null }
  | { readonly item: null; readonly fault: string };

function readItem(text: string, index: number, taken: ReadonlyMap<string, number>): Read {
  let value: unknown = { url: text };
  if (text.startsWith('{')) {
    try {
      value = JSON.parse(text);
    } catch {
      return { item: null, fault: 'not valid JSON' };
    }
  }
  const parsed = itemInputSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    return { item: null, fault: `${field}${issue?.message ?? 'not an item'}` };
  }
  // An item without an id is called by its number, which another may have taken for its own.
  const id = parsed.data.id ?? String(index);
  const first = taken.get(id);
  if (first !== undefined) {
    return { item: null, fault: `the id ${JSON.stringify(id)} is that of line ${first} too` };
  }
  return { item: parsed.data, fault: null };
}

function tooMany(name: string): CroplineError {
  return new CroplineError(
    'USAGE_INVALID',
    `Expected at most ${MAX_INLINE_ITEMS.toLocaleString('en-US')} URLs a batch, but ${name} has more. Split it, for example with \`split -l ${MAX_INLINE_ITEMS}\`, and submit every piece.`,
  );
}

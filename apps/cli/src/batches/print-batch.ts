import type { Batch } from '@cropline/contracts';
import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { paintFor } from '../output/paint.js';
import { statusText } from './batch-text.js';

/** Prints all there is to know about a batch: a line a fact, or JSON. */
export async function printBatch(
  batch: Batch,
  { json }: { readonly json?: true },
  { console }: Invocation,
): Promise<number> {
  const { stdout, unicode } = console;
  const text =
    json === true
      ? `${JSON.stringify(batch)}\n`
      : statusText(batch, { unicode, paint: paintFor(stdout, console) });
  await write(stdout, text);
  return EXIT.ok;
}

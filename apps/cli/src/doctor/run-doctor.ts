import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { paintFor } from '../output/paint.js';
import { examinationText } from './examination-text.js';
import { examine } from './examine.js';

/**
 * Prints what a worker with these settings would run on here, and what it would find.
 *
 * @returns `EXIT.ok` when it would start, else `EXIT.failed`
 */
export async function runDoctor(json: boolean, { console, config }: Invocation): Promise<number> {
  const found = await examine(config);
  const { stdout, unicode } = console;
  const text = json
    ? JSON.stringify(found)
    : examinationText(found, { paint: paintFor(stdout, console), unicode });
  await write(stdout, `${text}\n`);
  return found.ok ? EXIT.ok : EXIT.failed;
}

import { parseArgs } from 'node:util';
import { CroplineError, describeCause } from '@cropline/contracts';
import type { Attack } from './attack.js';
import type { FuzzOptions } from './fuzz.js';

/** What `npm run security` was asked for: attacks, or to fuzz. */
export type SecurityArguments =
  { readonly attacks: readonly Attack[]; readonly json: boolean } | { readonly fuzz: FuzzOptions };

/** How it is called. */
export const USAGE = `npm run security -- [--only WORD] [--json]
npm run security -- --fuzz [--minutes N] [--seed S]

Tries every attack of test/security/src/attacks and prints what was expected and what came.
Exits with 1 when one did not come out as expected.

  --only WORD   only attacks whose name or area holds WORD
  --json        the outcomes as JSON
  --fuzz        instead: feeds what reads images, models, lists and requests with random input
  --minutes N   for about so long, default 5
  --seed S      the same input again; by default another each time
`;

const OPTIONS = {
  help: { type: 'boolean' },
  json: { type: 'boolean' },
  only: { type: 'string' },
  fuzz: { type: 'boolean' },
  minutes: { type: 'string' },
  seed: { type: 'string' },
} as const;

/** @throws `USAGE_INVALID`; null when help was asked for */
export function readSecurityArguments(
  args: readonly string[],
  attacks: readonly Attack[],
): SecurityArguments | null {
  const { help, json = false, only, fuzz, minutes, seed } = optionsIn(args);
  if (help === true) return null;
  if (fuzz === true) {
    if (json || only !== undefined) throw invalid('Expected --fuzz without --only and --json.');
    return {
      fuzz: {
        minutes: minutes === undefined ? 5 : wholeNumber('--minutes', minutes, 1_440),
        seed: seed === undefined ? Date.now() % 2 ** 31 : wholeNumber('--seed', seed, 2 ** 31 - 1),
      },
    };
  }
  if (minutes !== undefined || seed !== undefined) {
    throw invalid('Expected --minutes and --seed with --fuzz only.');
  }
  const word = (only ?? '').toLowerCase();
  const chosen = attacks.filter(({ area, name }) => `${area} ${name}`.toLowerCase().includes(word));
  if (chosen.length > 0) return { attacks: chosen, json };
  throw invalid(`Expected --only to name an attack, but received ${JSON.stringify(only)}.`);
}

function optionsIn(
  args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'] {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw invalid(describeCause(error));
  }
}

function wholeNumber(name: string, text: string, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 1 && number <= most) return number;
  throw invalid(
    `Expected ${name} to be a whole number from 1 to ${most}, but received ${JSON.stringify(text)}.`,
  );
}

function invalid(message: string): CroplineError {
  return new CroplineError('USAGE_INVALID', `${message}\n\n${USAGE}`);
}

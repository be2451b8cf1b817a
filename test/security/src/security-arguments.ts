import { CroplineError, describeCause } from '@cropline/contracts';
import { parseArgs } from 'node:util';
import type { Attack } from './attack.js';

/** What `npm run security` was asked for. */
export interface SecurityArguments {
  readonly attacks: readonly Attack[];
  readonly json: boolean;
}

/** How it is called. */
export const USAGE = `npm run security -- [--only WORD] [--json]

Tries every attack of test/security/src/attacks and prints what was expected and what came.
Exits with 1 when one did not come out as expected.

  --only WORD   only attacks whose name or area holds WORD
  --json        the outcomes as JSON
`;

/** @throws `USAGE_INVALID`; null when help was asked for */
export function readSecurityArguments(
  args: readonly string[],
  attacks: readonly Attack[],
): SecurityArguments | null {
  const { help, json, only = '' } = optionsIn(args);
  if (help === true) return null;
  const word = only.toLowerCase();
  const chosen = attacks.filter(({ area, name }) => `${area} ${name}`.toLowerCase().includes(word));
  if (chosen.length === 0) {
    throw new CroplineError(
      'USAGE_INVALID',
      `Expected --only to name an attack, but received ${JSON.stringify(only)}.`,
    );
  }
  return { attacks: chosen, json: json === true };
}

function optionsIn(args: readonly string[]): { help?: boolean; json?: boolean; only?: string } {
  try {
    return parseArgs({
      args: [...args],
      options: { help: { type: 'boolean' }, json: { type: 'boolean' }, only: { type: 'string' } },
    }).values;
  } catch (error) {
    throw new CroplineError('USAGE_INVALID', `${describeCause(error)}\n\n${USAGE}`);
  }
}

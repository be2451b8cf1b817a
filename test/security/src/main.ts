import { CroplineError, describeCause } from '@cropline/contracts';
import { ATTACKS } from './attacks.js';
import { fuzz } from './fuzz.js';
import { renderTable } from './render-table.js';
import { runAttack, type AttackOutcome } from './run-attack.js';
import { readSecurityArguments, USAGE } from './security-arguments.js';
import { stopSharedParts } from './shared-part.js';

// The AWS SDK warns of a Node it will drop one day: nothing that an outcome depends on.
process.removeAllListeners('warning');

async function main(): Promise<number> {
  const asked = readSecurityArguments(process.argv.slice(2), ATTACKS);
  if (asked === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  if ('fuzz' in asked) return (await fuzz(asked.fuzz)) ? 0 : 1;
  const outcomes: AttackOutcome[] = [];
  try {
    for (const attack of asked.attacks) outcomes.push(await runAttack(attack));
  } finally {
    await stopSharedParts();
  }
  process.stdout.write(`${asked.json ? JSON.stringify(outcomes) : renderTable(outcomes)}\n`);
  return outcomes.every(({ held }) => held) ? 0 : 1;
}

try {
  process.exit(await main());
} catch (error) {
  const known = error instanceof CroplineError;
  process.stderr.write(`security: ${known ? `${error.code}: ` : ''}${describeCause(error)}\n`);
  process.exit(known && error.code === 'USAGE_INVALID' ? 2 : 1);
}

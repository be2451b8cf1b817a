import { setTimeout as sleep } from 'node:timers/promises';
import { CroplineError, describeCause } from '@cropline/contracts';
import type { RunContext } from './run-context.js';

const LOOK_MS = 500;

/**
 * Looks for faults and notes them. While Redis may be behind object storage, having lost something, it is looked
 * again until there are none.
 */
export async function noteFaults(
  { violations, mayBeBehind }: Pick<RunContext, 'violations' | 'mayBeBehind'>,
  find: () => Promise<readonly string[]>,
): Promise<void> {
  for (;;) {
    const behind = mayBeBehind();
    const faults = await find().catch((error: unknown) => [textOf(error)]);
    if (faults.length === 0 || !behind) {
      for (const fault of faults) violations.note(fault);
      return;
    }
    await sleep(LOOK_MS);
  }
}

function textOf(error: unknown): string {
  return `${error instanceof CroplineError ? `${error.code}: ` : ''}${describeCause(error)}`;
}

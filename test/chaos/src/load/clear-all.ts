import { setTimeout as sleep } from 'node:timers/promises';
import type { CroplineClient } from '@cropline/client';
import { CroplineError, FINAL_STATUSES } from '@cropline/contracts';
import { findLeftovers, type Premises } from '../checks/leftovers.js';
import type { Violations } from '../checks/violations.js';
import { answered } from './patient-calls.js';

const LOOK_MS = 250;
/** So long things may take to go, in milliseconds. */
const PATIENCE_MS = 60_000;
const SHOWN = 10;

/**
 * Deletes every batch that is listed yet, and notes what stays behind then.
 *
 * @param mayBeUnknown whether there may be batches that their caller was never told of: a Redis that lost
 *   everything has lost which request they came of, so that the same request sent again makes another.
 */
export async function clearAll(
  premises: Premises,
  client: CroplineClient,
  violations: Violations,
  mayBeUnknown: boolean,
): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const { batches } = await answered((signal) => client.listBatches({ limit: 100 }, { signal }));
    if (batches.length === 0) break;
    for (const { id, status, metadata } of batches) {
      if (!mayBeUnknown) violations.note(`${id} (${metadata['key'] ?? ''}) is a batch too many.`);
      if (FINAL_STATUSES.has(status)) await deleteOnce(client, id);
    }
    if (Date.now() > end) {
      const left = batches.map(({ id, status }) => `${id} (${status})`).join(', ');
      violations.note(`Not at their end, or not deleted: ${left}.`);
      break;
    }
    await sleep(LOOK_MS);
  }
  for (;;) {
    const left = await findLeftovers(premises);
    if (left.length === 0) return;
    if (Date.now() > end) {
      const more = left.length > SHOWN ? ` and ${left.length - SHOWN} more` : '';
      violations.note(`Left without a batch: ${left.slice(0, SHOWN).join(', ')}${more}.`);
      return;
    }
    await sleep(LOOK_MS);
  }
}

async function deleteOnce(client: CroplineClient, id: string): Promise<void> {
  try {
    await answered((signal) => client.deleteBatch(id, { signal }));
  } catch (error) {
    // One may have been deleted, or retried, since it was listed.
    if (!(error instanceof CroplineError) || error.status >= 500) throw error;
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import type { CroplineClient } from '@cropline/client';
import type { Reconciliation } from '@cropline/contracts';
import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { onInterrupt } from '../interrupts.js';
import { formatCount } from '../progress/format-amount.js';

const LOOK_EVERY_MS = 500;

/**
 * Has the service compare Redis with object storage, waits for it, and prints the report.
 *
 * @returns `EXIT.ok` when every batch could be looked after.
 */
export async function reconcile(
  client: Pick<CroplineClient, 'reconcile' | 'reconciliation'>,
  { json }: { readonly json?: true },
  { console }: Invocation,
): Promise<number> {
  const { stdout, stderr } = console;
  let report = await client.reconcile();
  const forget = onInterrupt(() => {
    stderr.write('The reconciliation goes on in the service.\n');
  });
  try {
    while (report.state !== 'finished') {
      await pause(LOOK_EVERY_MS);
      report = await client.reconciliation();
    }
  } finally {
    forget();
  }
  await write(stdout, json === true ? `${JSON.stringify(report)}\n` : reportText(report));
  return report.faultCount === 0 ? EXIT.ok : EXIT.incomplete;
}

function reportText({
  batches,
  restored,
  chunksPutBack,
  faults,
  faultCount,
}: Reconciliation): string {
  const more = faultCount - faults.length;
  return [
    `Batches         ${formatCount(batches)}`,
    `Restored        ${formatCount(restored)}`,
    `Chunks put back ${formatCount(chunksPutBack)}`,
    `Faults          ${formatCount(faultCount)}`,
    ...faults.map(({ batchId, code, message }) => `  ${batchId}: ${code}: ${message}`),
    ...(more > 0 ? [`  and ${formatCount(more)} more`] : []),
    '',
  ].join('\n');
}

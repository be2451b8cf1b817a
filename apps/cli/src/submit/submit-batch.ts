import type { CroplineClient } from '@cropline/client';
import type { Batch, BatchEstimate, BatchSettingsInput } from '@cropline/contracts';
import { watchBatch } from '../batches/watch-batch.js';
import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { formatCount } from '../progress/format-amount.js';
import { withFaults } from './api-faults.js';
import { batchSettings, type SettingsFlags } from './batch-settings.js';
import { estimateText } from './estimate-text.js';
import { findSource, type SourceFlags, type SubmitSource } from './find-source.js';
import type { SubmitItems } from './submit-items.js';

/** The options of `cropline submit`. */
export interface SubmitFlags extends SettingsFlags, SourceFlags {
  readonly idempotencyKey?: string;
  readonly dryRun?: true;
  readonly watch?: true;
  readonly json?: true;
}

/**
 * Submits images as a batch, wherever they are; prints its id, or follows it to its end with `watch`, or only
 * tells what it would come to with `dryRun`.
 *
 * @returns `EXIT.incomplete` when images were left out, or as `watchBatch` says.
 */
export async function submitBatch(
  client: CroplineClient,
  words: readonly string[],
  flags: SubmitFlags,
  invocation: Invocation,
): Promise<number> {
  const settings = await batchSettings(flags, invocation.config);
  const source = await findSource(words, flags);
  const items = await itemsOf(source, client, flags, invocation);
  try {
    if (flags.dryRun === true) {
      const estimate = await asked(client, source, items, settings);
      await printEstimate(estimate, flags, invocation);
      return EXIT.ok;
    }
    const batch = await created(client, source, items, settings, flags);
    const code = await report(batch, client, flags, invocation);
    return items !== null && items.leftOut > 0 && code === EXIT.ok ? EXIT.incomplete : code;
  } catch (error) {
    throw withFaults(error);
  } finally {
    await items?.dispose();
  }
}

/** The items as lines; null when the service reads them itself. What reads or uploads them is loaded as needed. */
async function itemsOf(
  source: SubmitSource,
  client: CroplineClient,
  flags: SubmitFlags,
  invocation: Invocation,
): Promise<SubmitItems | null> {
  switch (source.kind) {
    case 's3':
      return null;
    case 'list': {
      const { listItems } = await import('./list-items.js');
      return listItems(source, invocation.console.stdin);
    }
    case 'images': {
      if (flags.dryRun === true) {
        const { itemsToEstimate } = await import('./items-to-estimate.js');
        return itemsToEstimate(source.words, flags);
      }
      const { uploadItems } = await import('./upload-items.js');
      return uploadItems(client, source.words, flags, invocation);
    }
  }
}

async function created(
  client: CroplineClient,
  source: SubmitSource,
  items: SubmitItems | null,
  settings: BatchSettingsInput,
  { idempotencyKey }: SubmitFlags,
): Promise<Batch> {
  if (items !== null) {
    return client.submitLines(items.lines, settings, { format: items.format, idempotencyKey });
  }
  return client.createBatch({ ...sourceOf(source), ...settings }, { idempotencyKey });
}

async function asked(
  client: CroplineClient,
  source: SubmitSource,
  items: SubmitItems | null,
  settings: BatchSettingsInput,
): Promise<BatchEstimate> {
  if (items !== null) return client.estimateLines(items.lines, settings, { format: items.format });
  return client.estimate({ ...sourceOf(source), ...settings });
}

const sourceOf = (source: SubmitSource) => (source.kind === 's3' ? { source: source.source } : {});

async function printEstimate(
  estimate: BatchEstimate,
  { json }: SubmitFlags,
  { console }: Invocation,
): Promise<void> {
  const text = json === true ? `${JSON.stringify(estimate)}\n` : estimateText(estimate);
  await write(console.stdout, text);
}

async function report(
  batch: Batch,
  client: CroplineClient,
  { watch, json }: SubmitFlags,
  invocation: Invocation,
): Promise<number> {
  const { stdout, stderr } = invocation.console;
  const { total } = batch.counts;
  const accepted =
    total === 0 ? 'accepted, to be read from S3' : `${formatCount(total)} images accepted`;
  if (watch === true) {
    if (json !== true) await write(stderr, `Batch ${batch.id}: ${accepted}.\n`);
    return watchBatch(client, batch.id, json === true, invocation);
  }
  if (json === true) {
    await write(stdout, `${JSON.stringify(batch)}\n`);
    return EXIT.ok;
  }
  // Only the id goes to stdout, so that a script can take it.
  await write(stdout, `${batch.id}\n`);
  await write(
    stderr,
    `${accepted.charAt(0).toUpperCase()}${accepted.slice(1)}; follow the batch with: cropline watch ${batch.id}\n`,
  );
  return EXIT.ok;
}

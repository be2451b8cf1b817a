import type { CroplineClient } from '@cropline/client';
import { CroplineError, type ItemInput, type ProblemError } from '@cropline/contracts';
import type { Invocation } from '../command/invocation.js';
import type { ClassifyFlags } from '../command/options.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { openText } from '../input/open-text.js';
import { textLines } from '../input/text-lines.js';
import { formatCount } from '../progress/format-amount.js';
import { readItems } from './read-items.js';
import { watchBatch } from './watch-batch.js';

const MOST_FAULTS_TOLD = 3;

/** The options of `cropline submit`. */
export interface SubmitFlags extends ClassifyFlags {
  readonly output?: string;
  readonly meta?: Record<string, string>;
  readonly watch?: true;
  readonly json?: true;
}

/** Submits the URLs of a file as a batch; prints its id, or follows it to its end with `watch`. */
export async function submitBatch(
  client: CroplineClient,
  file: string,
  flags: SubmitFlags,
  invocation: Invocation,
): Promise<number> {
  const { stdin, stdout, stderr } = invocation.console;
  const name = file === '-' ? 'stdin' : file;
  const items = await readItems(textLines(await openText(file, stdin), name), name);
  const batch = await create(client, items, flags);
  if (flags.watch === true) {
    if (flags.json !== true) {
      await write(stderr, `Batch ${batch.id}: ${formatCount(items.length)} images accepted.\n`);
    }
    return watchBatch(client, batch.id, flags.json === true, invocation);
  }
  if (flags.json === true) {
    await write(stdout, `${JSON.stringify(batch)}\n`);
    return EXIT.ok;
  }
  // Only the id goes to stdout, so that a script can take it.
  await write(stdout, `${batch.id}\n`);
  await write(
    stderr,
    `${formatCount(items.length)} images accepted; follow them with: cropline watch ${batch.id}\n`,
  );
  return EXIT.ok;
}

async function create(
  client: CroplineClient,
  items: readonly ItemInput[],
  { crops, top, output, meta }: SubmitFlags,
): ReturnType<CroplineClient['createBatch']> {
  try {
    return await client.createBatch({
      items: [...items],
      options: { crops, topK: top },
      ...(output === undefined ? {} : { output: { url: output } }),
      ...(meta === undefined ? {} : { metadata: meta }),
    });
  } catch (error) {
    throw withFaults(error);
  }
}

/** The error with the first of the faults that the API found, which a message alone does not name. */
function withFaults(error: unknown): unknown {
  if (!(error instanceof CroplineError) || !Array.isArray(error.details?.['errors'])) return error;
  const faults = error.details['errors'] as readonly ProblemError[];
  const told = faults.slice(0, MOST_FAULTS_TOLD).map(({ path, message }) => `${path}: ${message}`);
  return new CroplineError(error.code, [error.message, ...told].join(' '), { cause: error });
}

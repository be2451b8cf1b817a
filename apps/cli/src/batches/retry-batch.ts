import type { CroplineClient } from '@cropline/client';
import { isErrorCode, type ErrorCode, type RetryRequestInput } from '@cropline/contracts';
import { InvalidArgumentError } from 'commander';
import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { watchBatch } from './watch-batch.js';

/** The options of `cropline retry`. */
export interface RetryFlags {
  readonly failed?: true;
  readonly cancelled?: true;
  readonly code?: readonly ErrorCode[];
  readonly watch?: true;
  readonly json?: true;
}

/** One more `--code CODE`. @throws InvalidArgumentError */
export function addErrorCode(text: string, codes: readonly ErrorCode[] = []): readonly ErrorCode[] {
  if (isErrorCode(text)) return [...codes, text];
  throw new InvalidArgumentError(
    'Expected an error code such as IMAGE_FETCH_TIMEOUT (`cropline summary` counts them).',
  );
}

/** Has images of a finished batch run again; prints its id, or follows it to its end with `watch`. */
export async function retryBatch(
  client: CroplineClient,
  id: string,
  flags: RetryFlags,
  invocation: Invocation,
): Promise<number> {
  const { stdout, stderr } = invocation.console;
  const batch = await client.retryBatch(id, selectionOf(flags));
  if (flags.watch === true) return watchBatch(client, id, flags.json === true, invocation);
  if (flags.json === true) {
    await write(stdout, `${JSON.stringify(batch)}\n`);
    return EXIT.ok;
  }
  await write(stdout, `${batch.id}\n`);
  await write(stderr, `They are run again; follow the batch with: cropline watch ${id}\n`);
  return EXIT.ok;
}

/** Codes are those of failed images. */
function selectionOf({ failed, cancelled, code }: RetryFlags): RetryRequestInput {
  const both = failed === true || code !== undefined;
  const outcomes: NonNullable<RetryRequestInput['outcomes']> =
    cancelled !== true ? ['failed'] : both ? ['failed', 'cancelled'] : ['cancelled'];
  return { outcomes, ...(code === undefined ? {} : { codes: [...code] }) };
}

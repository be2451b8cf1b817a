import type { Caller } from '@cropline/contracts';
import { readablePrefixes } from '../locations/readable.js';
import type { BatchRecord } from './batch-record.js';

/** What a record says of whose batch it is. */
export type BatchOwner = Pick<BatchRecord, 'tenant' | 'read' | 'maxOpenItems'>;

/** The owner of what a caller submits; `more` prefixes are those of files that the service itself put there. */
export function ownerOf(
  caller: Caller | null,
  outputUrl: string,
  more: readonly string[] = [],
): BatchOwner {
  if (caller === null) return {};
  const { tenant, limits } = caller;
  return {
    tenant,
    read: [...readablePrefixes(caller, outputUrl), ...more],
    ...(limits.openItems === null ? {} : { maxOpenItems: limits.openItems }),
  };
}

/** The owner that a record, or a pointer to a batch, names. */
export function ownerIn({
  tenant,
  read,
  maxOpenItems,
}: {
  readonly [K in keyof BatchOwner]: BatchOwner[K] | undefined;
}): BatchOwner {
  return {
    ...(tenant === undefined ? {} : { tenant }),
    ...(read === undefined ? {} : { read }),
    ...(maxOpenItems === undefined ? {} : { maxOpenItems }),
  };
}

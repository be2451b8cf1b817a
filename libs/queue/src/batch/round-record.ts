import type { RetryRequest } from '@cropline/contracts';
import { joinS3Url } from '@cropline/storage';
import type { BatchRecord } from './batch-record.js';

/** What a retry asks for: the content of batch.json in the folder of its round. Never written otherwise. */
export interface RoundRecord extends RetryRequest {
  readonly round: number;
  /** ISO 8601, UTC. */
  readonly requestedAt: string;
}

/** How many items a round runs again, by the outcomes they had: the content of its selected.json. */
export interface Selected {
  readonly failed: number;
  readonly cancelled: number;
  /** Those without an outcome, of a batch that could not go on. */
  readonly without: number;
}

/** How many items a round runs. */
export function selectedItems({ failed, cancelled, without }: Selected): number {
  return failed + cancelled + without;
}

/** The folder of a round of a batch; the batch itself is round 1. */
export function roundFolder(folder: string, round: number): string {
  return round === 1 ? folder : joinS3Url(folder, 'retries', String(round).padStart(4, '0'));
}

/** A round as planners and workers see it: a batch of so many items, in a folder of its own. */
export function roundRecord(record: BatchRecord, round: number, items: number): BatchRecord {
  return { ...record, folder: roundFolder(record.folder, round), total: items };
}

import {
  CROPLINE_VERSION,
  type Batch,
  type BatchStatus,
  type CancelReason,
  type ClassifyOptions,
  type ModelRef,
  type Retry,
} from '@cropline/contracts';
import type { BatchState, Outcomes } from '../redis/batch-state.js';
import { isoTime } from './batch-view.js';

/** A file of a closed batch. */
export interface ClosedFile {
  readonly url: string;
  readonly lines: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** A status in which nothing changes any more, unless the batch is retried. */
export type FinalStatus = Extract<BatchStatus, 'completed' | 'cancelled' | 'expired' | 'failed'>;

/** The content of manifest.json, written last of a batch's files: how it ended and what it left. */
export interface ClosingDocument {
  readonly id: string;
  readonly status: FinalStatus;
  /** The round that ended; left out for the first. */
  readonly round?: number;
  /** The rounds after the first, if there were any. */
  readonly retries?: readonly Retry[];
  readonly counts: Outcomes & { readonly total: number };
  readonly model: ModelRef | null;
  readonly options: ClassifyOptions;
  readonly metadata: Readonly<Record<string, string>>;
  /** ISO 8601, UTC, like the times below. */
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string;
  readonly error: Batch['error'];
  readonly files: { readonly results: ClosedFile; readonly errors: ClosedFile };
  /** The version of Cropline that closed it. */
  readonly version: string;
}

/** Why items of a closed batch were not run; null when all were, or when it could not go on as a whole. */
export function stopOf({
  status,
  error,
}: Pick<ClosingDocument, 'status' | 'error'>): CancelReason | null {
  switch (status) {
    case 'cancelled':
    case 'expired':
      return status;
    case 'completed':
      return null;
    case 'failed':
      return error?.code === 'ERROR_THRESHOLD_REACHED' ? 'error_threshold' : null;
  }
}

/** The closing document of a batch, or of a round of it. */
export function closingDocument(
  { record, round, model, startedAt }: BatchState,
  {
    counts,
    retries,
    ...end
  }: Pick<ClosingDocument, 'status' | 'error' | 'finishedAt' | 'files'> & {
    readonly counts: Outcomes;
    readonly retries: readonly Retry[];
  },
): ClosingDocument {
  const { id, options, metadata, total, createdAt } = record;
  return {
    id,
    status: end.status,
    ...(round === 1 ? {} : { round, retries }),
    counts: { total, ...counts },
    model,
    options,
    metadata,
    createdAt,
    startedAt: isoTime(startedAt),
    finishedAt: end.finishedAt,
    error: end.error,
    files: end.files,
    version: CROPLINE_VERSION,
  };
}

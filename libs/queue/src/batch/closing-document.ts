import {
  CROPLINE_VERSION,
  type Batch,
  type CancelReason,
  type ClassifyOptions,
  type ModelRef,
  type Retry,
} from '@cropline/contracts';
import type { BatchState, FinalStatus, Outcomes } from '../redis/batch-state.js';
import { isoTime } from './batch-view.js';

/** A file of a closed batch. */
export interface ClosedFile {
  readonly url: string;
  readonly lines: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** The content of manifest.json, written last of a batch's files: how it ended and what it left. */
export interface ClosingDocument {
  readonly id: string;
  readonly status: FinalStatus;
  /** The round that ended; left out for the first. */
  readonly round?: number;
  /** The rounds after the first, if there were any. */
  readonly retries?: readonly Retry[];
  /** When the round would have expired; left out for the first, whose record tells. */
  readonly expiresAt?: string;
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

/** The closing document of a batch, or of a round of it. */
export function closingDocument(
  { record, round, model, startedAt, expiresAt }: BatchState,
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
  const expiry = isoTime(expiresAt);
  return {
    id,
    status: end.status,
    ...(round === 1 ? {} : { round, retries }),
    ...(round === 1 || expiry === null ? {} : { expiresAt: expiry }),
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

/** Why items of a closed batch were not run; null when all were, or when it could not go on as a whole. */
export function stopOf({ status, error }: ClosingDocument): CancelReason | null {
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

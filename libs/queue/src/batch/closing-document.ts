import {
  CROPLINE_VERSION,
  type Batch,
  type BatchStatus,
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

/** The content of manifest.json, written last of a batch's files: how it ended and what it left. */
export interface ClosingDocument {
  readonly id: string;
  readonly status: BatchStatus;
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

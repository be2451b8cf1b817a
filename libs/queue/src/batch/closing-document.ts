import type {
  Batch,
  BatchStatus,
  CancelReason,
  ClassifyOptions,
  ModelRef,
} from '@cropline/contracts';
import type { Outcomes } from '../redis/batch-state.js';

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
  readonly status: Extract<BatchStatus, 'completed' | 'cancelled' | 'expired' | 'failed'>;
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

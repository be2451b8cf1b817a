import type { BatchStatus } from '@cropline/contracts';
import type { ResultsFilter } from './results/result-filter.js';

/** What a page of batches is asked by. */
export interface BatchQuery {
  readonly status?: BatchStatus | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** What a page of results is asked by. */
export interface ResultsQuery extends ResultsFilter {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

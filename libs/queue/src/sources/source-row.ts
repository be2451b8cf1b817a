/** One record of a list of items, as it was read and not yet checked. */
export interface SourceRow {
  /** Where it begins, from 1; of a list that has no lines, its position from 1. */
  readonly line: number;
  /** What should be an item. */
  readonly value?: unknown;
  /** Why there is no value. */
  readonly fault?: string;
}

/** The longest line of a list in bytes: the longest URL and id fit, escaped or not. */
export const MAX_LINE_BYTES = 64 * 1024;

/** Rows travel in bunches: a step of a generator costs more than the check of a row. */
export type SourceRows = AsyncIterable<readonly SourceRow[]>;

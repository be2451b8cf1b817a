import type { LineSource } from '@cropline/client';

/** The items of a batch as lines that are ready to be sent. */
export interface SubmitItems {
  readonly lines: LineSource;
  readonly format: 'jsonl' | 'csv';
  /** How many images were asked for that are not among them. */
  readonly leftOut: number;
  /** Lets go of what it takes up. */
  readonly dispose: () => Promise<void>;
}

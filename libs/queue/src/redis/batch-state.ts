import {
  FINAL_STATUSES,
  type Batch,
  type BatchStatus,
  type ModelRef,
  type Retry,
} from '@cropline/contracts';
import { chunkCount, type BatchRecord } from '../batch/batch-record.js';
import { roundRecord } from '../batch/round-record.js';

/** How many items have which outcome. */
export interface Outcomes {
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** How a batch had ended before the round that is under way. */
export interface EarlierEnd {
  readonly status: BatchStatus;
  readonly error: Batch['error'];
}

/** The state of one batch at one moment. Times in milliseconds since 1970. */
export interface BatchState extends Outcomes {
  readonly record: BatchRecord;
  /** 1, or that of the last retry. */
  readonly round: number;
  /** The record of what the round runs: `record` itself, or that of the items that are run again. */
  readonly run: BatchRecord;
  /** Null in the first round. */
  readonly before: EarlierEnd | null;
  readonly retries: readonly Retry[];
  readonly status: BatchStatus;
  /** Chunks of the round, like the numbers below; 0 while its items are yet to be read. */
  readonly chunks: number;
  /** Chunks that are counted. */
  readonly counted: number;
  /** Chunks that were put into the queue. */
  readonly planned: number;
  /** Where in the manifest the first chunk not planned begins, in bytes. */
  readonly offset: number;
  readonly sealed: boolean;
  readonly model: ModelRef | null;
  readonly error: Batch['error'];
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly cancelRequestedAt: number | null;
}

/** Whether a bit of `countedBits` is set. */
export function isCounted(bits: Buffer, chunk: number): boolean {
  return (((bits[chunk >> 3] ?? 0) >> (7 - (chunk & 7))) & 1) === 1;
}

/** The state as readers of outcomes see it: that before the round, while one after the first is under way. */
export function asClosed(state: BatchState): BatchState {
  const { before, record } = state;
  if (before === null) return state;
  const chunks = chunkCount(record);
  return FINAL_STATUSES.has(state.status) ? { ...state, chunks } : { ...state, ...before, chunks };
}

/** The state that a batch's hash holds; null for the hash of no batch. */
export function parseState(hash: Readonly<Record<string, string>>): BatchState | null {
  const { record, status } = hash;
  if (record === undefined || status === undefined) return null;
  const number = (field: string): number => Number(hash[field] ?? 0);
  const time = (field: string): number | null =>
    hash[field] === undefined ? null : Number(hash[field]);
  const base = JSON.parse(record) as BatchRecord;
  const round = Number(hash['round'] ?? 1);
  return {
    record: base,
    round,
    run: round === 1 ? base : roundRecord(base, round, number('items')),
    before: hash['before'] === undefined ? null : (JSON.parse(hash['before']) as EarlierEnd),
    retries: hash['retries'] === undefined ? [] : (JSON.parse(hash['retries']) as Retry[]),
    status: status as BatchStatus,
    chunks: number('chunks'),
    counted: number('counted'),
    planned: number('planned'),
    offset: number('offset'),
    sealed: hash['sealed'] !== undefined,
    succeeded: number('succeeded'),
    failed: number('failed'),
    cancelled: number('cancelled'),
    model: hash['model'] === undefined ? null : (JSON.parse(hash['model']) as ModelRef),
    error: hash['error'] === undefined ? null : (JSON.parse(hash['error']) as Batch['error']),
    startedAt: time('startedAt'),
    finishedAt: time('finishedAt'),
    cancelRequestedAt: time('cancelRequestedAt'),
  };
}

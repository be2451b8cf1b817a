import {
  FINAL_STATUSES,
  type Batch,
  type BatchStatus,
  type CancelReason,
  type ModelRef,
  type Retry,
  type WebhookDelivery,
} from '@cropline/contracts';
import { chunkCount, type BatchRecord } from '../batch/batch-record.js';
import { roundRecord, selectedItems, type Selected } from '../batch/round-record.js';
import {
  deliveryLines,
  parseDeliveries,
  type MessageState,
  type SettledMessage,
} from './webhook-messages.js';

/** How many items have which outcome. */
export interface Outcomes {
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** A status in which nothing changes any more. */
export type FinalStatus = Extract<BatchStatus, 'completed' | 'cancelled' | 'expired' | 'failed'>;

/** Whether a status is final. */
export function isFinal(status: BatchStatus): status is FinalStatus {
  return FINAL_STATUSES.has(status);
}

/** How a batch had ended before the round that is under way. */
export interface EarlierEnd {
  readonly status: FinalStatus;
  readonly error: Batch['error'];
  readonly stop: CancelReason | null;
  readonly counts: Outcomes;
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
  /** Whether Redis had lost it and has not counted all of its parts again yet. */
  readonly restoring: boolean;
  /** Why it is stopped, or was, before every item was run. */
  readonly stop: CancelReason | null;
  readonly model: ModelRef | null;
  readonly error: Batch['error'];
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly cancelRequestedAt: number | null;
  readonly webhook: {
    /** The message about its last end; null before there was one. */
    readonly messageId: string | null;
    /** How that stands. */
    readonly state: MessageState;
    readonly deliveries: readonly WebhookDelivery[];
  };
  /** When it is stopped if it still runs. */
  readonly expiresAt: number | null;
}

/** What is known of a batch that was closed before it is entered. Times in milliseconds since 1970. */
export interface ClosedBatch {
  readonly status: FinalStatus;
  readonly counts: Outcomes;
  readonly model: ModelRef | null;
  readonly error: Batch['error'];
  readonly stop: CancelReason | null;
  readonly round: number;
  readonly retries: readonly Retry[];
  /** When it would have been stopped. */
  readonly expiresAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number;
  readonly cancelRequestedAt: number | null;
  /** The chunks that have their part, and a bit for each of them; no bits when that is all. */
  readonly counted: { readonly chunks: number; readonly bits: Buffer };
  /** When it is to be deleted. */
  readonly dueAt: number | null;
  /** The body of the message about it, for its webhook. */
  readonly message: string | null;
  /** The message about it that was settled last. */
  readonly settled: SettledMessage | null;
}

/** The fields of the hash of a batch that is closed, but for its status. */
export function closedFields(
  record: BatchRecord,
  closed: Omit<ClosedBatch, 'message'>,
): Record<string, string | number> {
  const { counts, model, error, stop, round, retries, counted } = closed;
  const { startedAt, finishedAt, cancelRequestedAt, expiresAt } = closed;
  const deliveries = closed.settled?.deliveries ?? [];
  return {
    record: JSON.stringify(record),
    total: record.total,
    chunks: chunkCount(record),
    counted: counted.chunks,
    planned: counted.chunks,
    sealed: 1,
    succeeded: counts.succeeded,
    failed: counts.failed,
    cancelled: counts.cancelled,
    finishedAt,
    ...(startedAt === null ? {} : { startedAt }),
    ...(stop === null ? {} : { stop }),
    ...(cancelRequestedAt === null ? {} : { cancelRequestedAt }),
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(model === null ? {} : { model: JSON.stringify(model) }),
    ...(error === null ? {} : { error: JSON.stringify(error) }),
    ...(round === 1 ? {} : { round, retries: JSON.stringify(retries) }),
    ...(deliveries.length === 0 ? {} : { deliveries: deliveryLines(deliveries) }),
  };
}

/** The hash of a batch whose round after the first is under way: how it had ended, and what the round asks for. */
export interface OpenedBatch {
  readonly before: ClosedBatch;
  readonly retry: Retry;
  /** Null while what it runs is not known. */
  readonly selected: Selected | null;
  /** Failed items that end the round. */
  readonly limit: number | null;
  readonly expiresAt: number | null;
}

/** The fields of such a hash, but for its status. Its parts are yet to be counted. */
export function openedFields(
  record: BatchRecord,
  { before, retry, selected, limit, expiresAt }: OpenedBatch,
): Record<string, string | number> {
  const { status, error, stop, counts, model, startedAt } = before;
  const end: EarlierEnd = { status, error, stop, counts };
  const items = selected === null ? 0 : selectedItems(selected);
  const failed = counts.failed - (selected?.failed ?? 0);
  return {
    record: JSON.stringify(record),
    total: record.total,
    before: JSON.stringify(end),
    round: retry.round,
    retries: JSON.stringify([...before.retries, retry]),
    items,
    chunks: chunkCount(roundRecord(record, retry.round, items)),
    counted: 0,
    planned: 0,
    offset: 0,
    restoring: 1,
    succeeded: counts.succeeded,
    failed,
    kept: failed,
    cancelled: counts.cancelled - (selected?.cancelled ?? 0),
    ...(startedAt === null ? {} : { startedAt }),
    ...(limit === null ? {} : { errorLimit: limit }),
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(model === null ? {} : { model: JSON.stringify(model) }),
  };
}

/** The state as readers of outcomes see it: that before the round, while one after the first is under way. */
export function asClosed(state: BatchState): BatchState {
  const { before, record } = state;
  if (before === null) return state;
  const chunks = chunkCount(record);
  if (isFinal(state.status)) return { ...state, chunks };
  return { ...state, ...before, ...before.counts, chunks };
}

/** Whether a bit of `countedBits` is set. */
export function isCounted(bits: Buffer, chunk: number): boolean {
  return (((bits[chunk >> 3] ?? 0) >> (7 - (chunk & 7))) & 1) === 1;
}

/** Sets such a bit. */
export function setCounted(bits: Buffer, chunk: number): void {
  bits.writeUInt8((bits[chunk >> 3] ?? 0) | (1 << (7 - (chunk & 7))), chunk >> 3);
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
    restoring: hash['restoring'] !== undefined,
    stop: (hash['stop'] as CancelReason | undefined) ?? null,
    succeeded: number('succeeded'),
    failed: number('failed'),
    cancelled: number('cancelled'),
    model: hash['model'] === undefined ? null : (JSON.parse(hash['model']) as ModelRef),
    error: hash['error'] === undefined ? null : (JSON.parse(hash['error']) as Batch['error']),
    startedAt: time('startedAt'),
    finishedAt: time('finishedAt'),
    cancelRequestedAt: time('cancelRequestedAt'),
    webhook: {
      messageId: hash['webhookMessage'] ?? null,
      state: (hash['webhookState'] ?? 'delivering') as MessageState,
      deliveries: hash['deliveries'] === undefined ? [] : parseDeliveries(hash['deliveries']),
    },
    expiresAt: time('expiresAt'),
  };
}

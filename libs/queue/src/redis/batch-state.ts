import type {
  Batch,
  BatchStatus,
  CancelReason,
  ModelRef,
  WebhookDelivery,
} from '@cropline/contracts';
import { chunkCount, expiryOf, type BatchRecord } from '../batch/batch-record.js';
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

/** The state of one batch at one moment. Times in milliseconds since 1970. */
export interface BatchState extends Outcomes {
  readonly record: BatchRecord;
  readonly status: BatchStatus;
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
  readonly status: BatchStatus;
  readonly counts: Outcomes;
  readonly model: ModelRef | null;
  readonly error: Batch['error'];
  readonly stop: CancelReason | null;
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
  const { counts, model, error, stop, startedAt, finishedAt, cancelRequestedAt, counted } = closed;
  const deliveries = closed.settled?.deliveries ?? [];
  const expiresAt = expiryOf(record);
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
    ...(deliveries.length === 0 ? {} : { deliveries: deliveryLines(deliveries) }),
  };
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
  return {
    record: JSON.parse(record) as BatchRecord,
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

import type { Batch, BatchStatus, ModelRef, WebhookDelivery } from '@cropline/contracts';
import type { BatchRecord } from '../batch/batch-record.js';
import { parseDeliveries, type MessageState } from './webhook-messages.js';

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
}

/** Whether a bit of `countedBits` is set. */
export function isCounted(bits: Buffer, chunk: number): boolean {
  return (((bits[chunk >> 3] ?? 0) >> (7 - (chunk & 7))) & 1) === 1;
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
  };
}

import { createHash } from 'node:crypto';
import { CroplineError } from '@cropline/contracts';

/** The keys of what one tenant has. */
export interface TenantKeys {
  /** LEX zset of ids: its listed batches, in order of creation. */
  readonly batches: string;
  /** LEX zset of `<status>:<id>`: the same by status. */
  readonly batchesByStatus: string;
  /** LEX zset of `<status>:<id>`: its classifications that are not closed yet. */
  readonly classificationsByStatus: string;
  /** HASH of `<items>:<until>` by id: what is about to be accepted. */
  readonly reservations: string;
}

/** Every key of the queue beside BullMQ's own; all share one hash tag, hence one slot of a cluster. */
export interface QueueKeys {
  /** The prefix itself, for BullMQ. */
  readonly prefix: string;
  /** LEX zset of ids: all listed batches, in order of creation. */
  readonly batches: string;
  /** LEX zset of `<status>:<id>`: listed batches by status. */
  readonly batchesByStatus: string;
  /** LEX zset of `<status>:<id>`: classifications that are not closed yet. */
  readonly classificationsByStatus: string;
  /** Channel on which the id of a classification is published once it has its outcome. */
  readonly answers: string;
  /** HASH: messages about batches with their final status that are to be queued, by id. */
  readonly messages: string;
  /** HASH: how far the turns of chunks are. */
  readonly turns: string;
  /** LIST of JSON: how fast the last batches were, the latest first. */
  readonly rates: string;
  /** HASH: how far Redis was compared with object storage, and which Redis that was. */
  readonly reconciliation: string;
  /** ZSET of ids by when they are due, in milliseconds: batches that are deleted so long after their end. */
  readonly retention: string;
  /** ZSET of ids by when something is to be done for them, in milliseconds: batches that are being deleted. */
  readonly deletions: string;
  /** What belongs to a tenant. */
  tenant(name: string): TenantKeys;
  /** STRING, gone after a second: written to see that Redis takes writes. */
  readonly probe: string;
  /** ZSET of folders by when it began, in milliseconds: submissions that are not known to have ended. */
  readonly submissions: string;
  /** HASH: the batch that a caller's idempotency key stands for. */
  idempotency(key: string): string;
  /** HASH: record, status, counts and planning cursor of one batch. */
  batch(id: string): string;
  /** BITMAP: bit n is set once chunk n of a round was counted; of the first round, once it has a part. */
  counted(id: string, round: number): string;
  /** LIST of `<milliseconds>:<items done>`, at most one a second: what the rate is computed from. */
  samples(id: string): string;
  /** Every key of one batch but its HASH: what goes with it when it is deleted. */
  ofBatch(id: string): string[];
}

/** @throws `CONFIG_INVALID` when the prefix is empty or has an unfinished hash tag. */
export function queueKeys(prefix: string): QueueKeys {
  const tagged = /[{}]/.test(prefix) ? prefix : `{${prefix}}`;
  if (!/^[^{}\s]*\{[^{}\s]+\}[^{}\s]*$/.test(tagged)) {
    throw new CroplineError(
      'CONFIG_INVALID',
      `Expected a queue prefix such as {cropline} but received ${JSON.stringify(prefix)}`,
    );
  }
  return {
    prefix: tagged,
    batches: `${tagged}:batches`,
    batchesByStatus: `${tagged}:batches:by-status`,
    classificationsByStatus: `${tagged}:classifications:by-status`,
    answers: `${tagged}:answers`,
    messages: `${tagged}:messages`,
    turns: `${tagged}:turns`,
    rates: `${tagged}:rates`,
    reconciliation: `${tagged}:reconciliation`,
    retention: `${tagged}:retention`,
    deletions: `${tagged}:deletions`,
    submissions: `${tagged}:submissions`,
    tenant: (name) => {
      // Whatever its name is made of, the first tag in the key is the prefix's.
      const own = `${tagged}:tenant:${encodeURIComponent(name)}`;
      return {
        batches: `${own}:batches`,
        batchesByStatus: `${own}:batches:by-status`,
        classificationsByStatus: `${own}:classifications:by-status`,
        reservations: `${own}:reservations`,
      };
    },
    probe: `${tagged}:probe`,
    idempotency: (key) => `${tagged}:idempotency:${createHash('sha256').update(key).digest('hex')}`,
    batch: (id) => `${tagged}:batch:${id}`,
    counted: (id, round) =>
      round === 1 ? `${tagged}:batch:${id}:counted` : `${tagged}:batch:${id}:counted:${round}`,
    samples: (id) => `${tagged}:batch:${id}:samples`,
    ofBatch: (id) => [`${tagged}:batch:${id}:counted`, `${tagged}:batch:${id}:samples`],
  };
}

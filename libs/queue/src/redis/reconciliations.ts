import { randomUUID } from 'node:crypto';
import type { Reconciliation } from '@cropline/contracts';
import type { RedisClient } from './redis-client.js';
import type { QueueKeys } from './keys.js';
import { runScript } from './script.js';
import { endReconciliation1 } from './scripts/end-reconciliation-1.js';
import { nameServer1 } from './scripts/name-server-1.js';

/** What a reconciliation tells while and after it runs. */
export type ReconciliationReport = Omit<Reconciliation, 'state'>;

/** A reconciliation under way. */
export interface ReconciliationRun {
  /** Whether this Redis took another's place, or began anew with what it had kept: its last writes may be lost. */
  readonly behind: boolean;
  /** Shows how far it is. */
  show(report: ReconciliationReport): Promise<void>;
  /** Ends it; unless it is `complete`, it will be done again. Whether it counts as done. */
  end(report: ReconciliationReport, complete: boolean): Promise<boolean>;
}

const NONE: ReconciliationReport = {
  startedAt: null,
  finishedAt: null,
  batches: 0,
  restored: 0,
  chunksPutBack: 0,
  faults: [],
  faultCount: 0,
};

/**
 * The mark by which a Redis is known to hold what object storage has. It is lost with everything else, and
 * names the Redis it was set on: one that was started from an old copy, or took another's place, has the
 * mark of another.
 */
export class Reconciliations {
  readonly #redis: RedisClient;
  readonly #key: string;

  constructor(redis: RedisClient, { reconciliation }: QueueKeys) {
    this.#redis = redis;
    this.#key = reconciliation;
  }

  /** Whether this Redis is known to hold everything. */
  async isDone(): Promise<boolean> {
    const [server, mark] = await Promise.all([
      this.#server(),
      this.#redis.hget(this.#key, 'server'),
    ]);
    return mark === server;
  }

  /** What was found out so far counts no more: it is to be done again. */
  async demand(): Promise<void> {
    await this.#redis.hset(this.#key, { run: '', server: '' });
  }

  /** Begins one. */
  async begin(): Promise<ReconciliationRun> {
    const run = randomUUID();
    const [server, mark] = await Promise.all([
      this.#server(),
      this.#redis.hget(this.#key, 'server'),
    ]);
    await this.#redis.hset(this.#key, { run, server: '' });
    return {
      behind: mark !== null && mark !== server,
      show: async (report) => {
        await this.#redis.hset(this.#key, { report: JSON.stringify(report) });
      },
      end: async (report, complete) => {
        const args = [run, JSON.stringify(report), complete ? server : ''];
        return (await runScript(this.#redis, endReconciliation1, [this.#key], args)) === 1;
      },
    };
  }

  /** The last one. */
  async last(): Promise<Reconciliation> {
    const [server, text] = await this.#redis.hmget(this.#key, 'server', 'report');
    const report = typeof text === 'string' ? (JSON.parse(text) as ReconciliationReport) : NONE;
    if (report.startedAt !== null && report.finishedAt === null) {
      return { ...report, state: 'running' };
    }
    return { ...report, state: (server ?? '') === '' ? 'waiting' : 'finished' };
  }

  /** A name of the Redis process that has the queue; it changes with each start. */
  async #server(): Promise<string> {
    const info = await runScript(this.#redis, nameServer1, [this.#key], []);
    const [, runId] = /^run_id:(\w+)/m.exec(String(info)) ?? [];
    return runId ?? 'unknown';
  }
}

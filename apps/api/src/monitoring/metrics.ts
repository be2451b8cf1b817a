import { describeCause } from '@cropline/contracts';
import type { QueueMonitor } from '@cropline/queue';
import type { Logger } from 'pino';
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';

/** What is measured, as Prometheus reads it. */
export class Metrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #monitor: Pick<QueueMonitor, 'figures'>;
  readonly #log: Logger;
  readonly #redisUp = this.#gauge('cropline_redis_up', 'Whether Redis answers: 1 or 0.');
  /** By the name that BullMQ's own exporter gives it, so that dashboards made for that fit. */
  readonly #jobs = this.#gauge('bullmq_job_count', 'Number of jobs in the queue by state', [
    'queue',
    'state',
  ]);
  readonly #batches = this.#gauge('cropline_batches', 'Batches that are listed, by status.', [
    'status',
  ]);
  readonly #items = this.#gauge(
    'cropline_open_items',
    'Items of batches and classifications that are not closed, by outcome.',
    ['outcome'],
  );

  constructor(monitor: Pick<QueueMonitor, 'figures'>, log: Logger) {
    this.#monitor = monitor;
    this.#log = log;
    this.contentType = this.#registry.contentType;
    collectDefaultMetrics({ register: this.#registry });
  }

  /** All of it, as text. While Redis is away that is said, and what it would tell is left out. */
  async text(): Promise<string> {
    for (const gauge of [this.#jobs, this.#batches, this.#items]) gauge.reset();
    try {
      const { jobs, batches, openItems } = await this.#monitor.figures();
      for (const { queue, state, count } of jobs) this.#jobs.set({ queue, state }, count);
      for (const [status, count] of Object.entries(batches)) this.#batches.set({ status }, count);
      for (const [outcome, count] of Object.entries(openItems)) this.#items.set({ outcome }, count);
      this.#redisUp.set(1);
    } catch (error) {
      this.#log.debug({ error: describeCause(error) }, 'metrics without those of Redis');
      this.#redisUp.set(0);
    }
    return this.#registry.metrics();
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: Label[] = []): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }
}

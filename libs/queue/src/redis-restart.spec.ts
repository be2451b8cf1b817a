import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { startS3 } from '@cropline/tools';
import {
  jsonLines,
  requestOf,
  startQueueBench,
  succeedAll,
  until,
  type QueueBench,
} from './testing/queue-bench.js';

/** A Redis with an append-only file that can be killed and started again on its port. */
class DurableRedis {
  readonly port: number;
  readonly #folder: string;
  #child: ChildProcess | null = null;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
    process.once('exit', () => this.#child?.kill('SIGKILL'));
  }

  static async create(): Promise<DurableRedis> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    return new DurableRedis(port, await mkdtemp(join(tmpdir(), 'cropline-redis-')));
  }

  async start(): Promise<void> {
    const settings = {
      port: String(this.port),
      bind: '127.0.0.1',
      dir: this.#folder,
      save: '',
      appendonly: 'yes',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    let output = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (bytes: Buffer) => {
        output += bytes.toString();
        if (output.includes('eady to accept connections')) resolve();
      });
    });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

describe('a Redis that is killed and comes back', () => {
  let redis: DurableRedis;
  let bench: QueueBench;
  beforeAll(async () => {
    redis = await DurableRedis.create();
    await redis.start();
    const url = `redis://127.0.0.1:${redis.port}`;
    bench = await startQueueBench({
      redis: Promise.resolve({ url, stop: () => redis.remove() }),
      s3: startS3(),
    });
  });
  afterAll(() => bench.stop());

  it('interrupts nobody for good: the batch ends with every item once', async () => {
    bench.coordinator({ window: 8 });
    let chunks = 0;
    const process = async (...args: Parameters<typeof succeedAll>) => {
      chunks += 1;
      return succeedAll(...args);
    };
    bench.consumer(process);
    bench.consumer(process);
    const service = bench.service();
    const { id } = await service.create(requestOf(2_000));
    for (const moment of [8, 30]) {
      await until(
        () => chunks,
        (count) => count >= moment,
      );
      await redis.kill();
      await expect(service.get(id)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
      await redis.start();
    }
    const batch = await until(
      () => service.get(id).catch(() => null),
      (found) => found?.status === 'completed',
    );
    expect(batch?.counts).toMatchObject({ total: 2_000, succeeded: 2_000 });
    const results = (await jsonLines(bench.store, batch!.output.results!)) as ItemResult[];
    expect(results.map((item) => item.id)).toEqual(requestOf(2_000).items.map((item) => item.id));
  });
});

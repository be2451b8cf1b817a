import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBatchRequestSchema } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import { SILENT_LOGGER } from '../logger.js';
import { startQueueBench, type QueueBench } from '../testing/queue-bench.js';
import { createQueueMonitor } from './create-queue-monitor.js';
import type { QueueMonitor } from './queue-monitor.js';

let bench: QueueBench;
let monitor: QueueMonitor;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  monitor = createQueueMonitor({ ...bench, log: SILENT_LOGGER });
});
afterAll(async () => {
  await monitor.close();
  await bench.stop();
});

describe('a monitor of the queues', () => {
  it('adds up what is not closed, and shows jobs without signatures', async () => {
    const service = bench.service();
    const items = ['a', 'b', 'c'].map((name) => ({
      id: name,
      url: `https://me:pw@host/${name}.jpg?sig=hunter2`,
    }));
    const batch = await service.create(createBatchRequestSchema.parse({ items }));
    // Nobody takes the chunks: they wait.
    const coordinator = bench.coordinator();
    for (;;) {
      const { jobs } = await monitor.figures();
      if (jobs.some((it) => it.queue === 'chunks' && it.state !== 'active' && it.count === 1))
        break;
    }
    await coordinator.close();
    const { batches, openItems } = await monitor.figures();
    expect(batches).toMatchObject({ in_progress: 1, completed: 0 });
    expect(openItems).toEqual({ pending: 3, succeeded: 0, failed: 0, cancelled: 0 });

    const server = createServer(monitor.board('/board')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/queues/chunks/${batch.id}-0`;
    const text = await (await fetch(url)).text();
    server.close();
    expect(text).toContain('https://host/a.jpg');
    expect(text).not.toMatch(/hunter2|me:pw/u);
  });

  it('fails at once while Redis is away', async () => {
    const redisUrl = 'redis://:hunter2@127.0.0.1:9';
    const lone = createQueueMonitor({ redisUrl, prefix: '{lone}', log: SILENT_LOGGER });
    await expect(lone.figures()).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    const server = createServer(lone.board('/board')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/api/queues`);
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('Expected Redis to answer');
    server.close();
    await lone.close();
  });
});

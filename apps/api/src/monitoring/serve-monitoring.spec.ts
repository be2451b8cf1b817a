import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createQueueMonitor, SILENT_LOGGER, type QueueMonitor } from '@cropline/queue';
import { startRedis, type RedisServer } from '@cropline/tools';
import { problemIn, startTestApi, type TestApi } from '../testing/test-api.js';

let redis: RedisServer;
let monitor: QueueMonitor;
let api: TestApi;

beforeAll(async () => {
  redis = await startRedis();
  const prefix = `{monitored-${randomUUID()}}`;
  monitor = createQueueMonitor({ redisUrl: redis.url, prefix, log: SILENT_LOGGER });
  api = await startTestApi(undefined, {}, monitor);
});
afterAll(async () => {
  await api.close();
  await monitor.close();
  await redis.stop();
});

/** The policy for scripts and pages that an answer comes with. */
const policyOf = ({ headers }: Response): string => headers.get('content-security-policy') ?? '';

describe('the pages of the queues', () => {
  it('come with all that they load from here', async () => {
    const response = await api.fetch('/admin/queues');
    expect(policyOf(response)).toContain("script-src 'self'");
    const page = await response.text();
    const scripts = [...page.matchAll(/<script defer src="([^"]+)"/gu)].map(([, path]) => path);
    expect(scripts.length).toBeGreaterThan(0);
    const base = /<base href="([^"]+)"/u.exec(page)?.[1];
    for (const path of scripts) {
      const script = await fetch(new URL(String(path), api.url + String(base)));
      expect(script.headers.get('content-type')).toContain('javascript');
      await script.body?.cancel();
    }
    const { queues } = (await (await api.fetch('/admin/queues/api/queues')).json()) as {
      queues: { name: string; readOnlyMode: boolean }[];
    };
    expect(queues.map(({ name }) => name)).toEqual([
      'chunks',
      'coordination',
      'sources',
      'webhooks',
    ]);
    expect(queues.every(({ readOnlyMode }) => readOnlyMode)).toBe(true);
  });

  it('change nothing', async () => {
    for (const [method, path] of [
      ['PUT', '/admin/queues/api/queues/pause'],
      ['PUT', '/admin/queues/api/queues/chunks/pause'],
      ['POST', '/admin/queues/api/queues/chunks/add'],
      ['DELETE', '/metrics'],
    ] as const) {
      const response = await api.fetch(path, { method });
      expect(response.headers.get('allow')).toBe('GET, HEAD');
      expect(await problemIn(response)).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
    }
  });
});

describe('/metrics', () => {
  it('tells of the process, jobs, batches and items', async () => {
    const response = await api.fetch('/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const lines = (await response.text()).split('\n');
    for (const line of [
      'cropline_redis_up 1',
      'bullmq_job_count{queue="chunks",state="waiting"} 0',
      'cropline_batches{status="in_progress"} 0',
      'cropline_open_items{outcome="pending"} 0',
    ]) {
      expect(lines).toContain(line);
    }
    expect(lines.join('\n')).toContain('nodejs_eventloop_lag_seconds');
  });

  it('says when Redis is away, and tells the rest', async () => {
    const alone = await startTestApi();
    const text = await (await alone.fetch('/metrics')).text();
    await alone.close();
    expect(text).toContain('cropline_redis_up 0\n');
    expect(text).not.toContain('bullmq_job_count{');
    expect(text).toContain('process_resident_memory_bytes ');
  });
});

describe('headers of answers', () => {
  it('let no browser take an answer for a page, frame it, or keep it', async () => {
    for (const path of ['/v1/batches', '/v1/nowhere', '/health/live', '/metrics']) {
      const response = await api.fetch(path);
      await response.body?.cancel();
      expect(policyOf(response)).toBe("default-src 'none';frame-ancestors 'none'");
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });

  it('let the reference run its own scripts alone', async () => {
    const response = await api.fetch('/docs');
    expect(policyOf(response)).toContain("script-src 'self';");
    expect(policyOf(response)).toContain("frame-ancestors 'none'");
    // None of them is written into the page, where the policy would not let it run.
    expect(await response.text()).not.toMatch(/<script(?![^>]* src=)/u);
  });
});

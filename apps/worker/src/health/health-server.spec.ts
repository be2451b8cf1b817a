import { afterEach, describe, expect, it } from '@jest/globals';
import { watchEventLoop } from './event-loop-delay.js';
import { startHealthServer, type HealthServer } from './health-server.js';
import { WorkerStatus, type WorkerStatusDocument } from './worker-status.js';

describe('the health server', () => {
  const status = new WorkerStatus(watchEventLoop());
  let server: HealthServer | null = null;
  afterEach(async () => {
    await server?.close();
    status.close();
  });

  it('is live at once, ready only while the worker takes chunks, and shows its counts', async () => {
    server = await startHealthServer(0, status);
    const origin = `http://127.0.0.1:${server.port}`;
    const code = async (path: string, method = 'GET'): Promise<number> =>
      (await fetch(origin + path, { method })).status;

    expect(await code('/health/live')).toBe(200);
    expect(await code('/health/ready')).toBe(503);
    status.begin(
      {
        model: { name: 'googlenet-bvlc', digest: 'sha256:0', precision: 'fp32' },
        backend: 'tfjs',
        runtime: 'TensorFlow.js on WebAssembly',
        device: 'cpu',
        threads: 2,
        batchSize: 8,
      },
      { active: 2 },
    );
    status.countItem();
    expect(await code('/health/ready')).toBe(200);
    const document = (await (await fetch(`${origin}/status`)).json()) as WorkerStatusDocument;
    expect(document).toMatchObject({
      state: 'ready',
      engine: {
        backend: 'tfjs',
        runtime: 'TensorFlow.js on WebAssembly',
        device: 'cpu',
        threads: 2,
        batchSize: 8,
      },
      chunksActive: 2,
      itemsDone: 1,
    });
    expect(document.rssBytes).toBeGreaterThan(0);
    expect(Object.keys(document.eventLoopDelayMs)).toEqual(['p50', 'p99', 'max']);

    expect(await code('/status/reset', 'POST')).toBe(200);
    expect(await code('/status/reset')).toBe(404);
    expect(await code('/nothing?here')).toBe(404);
    status.end();
    expect(await code('/health/ready')).toBe(503);
  });
});

import { randomUUID } from 'node:crypto';
import { kill } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  askRedis,
  startHttpGate,
  startRedis,
  startS3,
  type HttpGate,
  type RedisServer,
  type S3Server,
} from '@cropline/tools';
import { killApiProcesses, startApiProcess } from '../testing/api-process.js';
import { problemIn } from '../testing/test-api.js';

describe('an API whose Redis and S3 go and come back', () => {
  let redis: RedisServer;
  let s3: S3Server;
  let gate: HttpGate;
  let url: string;
  beforeAll(async () => {
    [redis, s3] = await Promise.all([startRedis({ own: true }), startS3()]);
    await s3.createBucket('results');
    gate = await startHttpGate(new URL(s3.endpoint));
    const api = startApiProcess({
      PORT: '0',
      REDIS_URL: redis.url,
      CROPLINE_QUEUE_PREFIX: `{api-${randomUUID()}}`,
      S3_ENDPOINT: gate.url,
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      CROPLINE_OUTPUT_URL: 's3://results/batches',
    });
    url = String((await api.line('listening'))['url']);
  });
  afterAll(async () => {
    killApiProcesses();
    await gate.close();
    await Promise.all([redis.stop(), s3.stop()]);
  });

  const ready = (): Promise<Response> => fetch(`${url}/health/ready`);
  const submit = (): Promise<Response> =>
    fetch(`${url}/v1/batches`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ items: [{ url: 's3://photos/1.jpg' }] }),
    });
  const untilReady = async (): Promise<void> => {
    while (!(await ready()).ok) await pause(20);
  };
  const expectAway = async (response: Response, code: string): Promise<void> => {
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await problemIn(response)).toMatchObject({ status: 503, code });
  };

  it('is red while Redis hangs, answers 503 with when to try again, and is green after it', async () => {
    await untilReady();
    expect((await submit()).status).toBe(202);
    kill(redis.pid ?? 0, 'SIGSTOP');
    try {
      const [red, refused, alive] = await Promise.all([
        ready(),
        submit(),
        fetch(`${url}/health/live`),
      ]);
      expect(alive.status).toBe(200);
      await expectAway(red, 'QUEUE_UNAVAILABLE');
      await expectAway(refused, 'QUEUE_UNAVAILABLE');
    } finally {
      kill(redis.pid ?? 0, 'SIGCONT');
    }
    await untilReady();
    expect((await submit()).status).toBe(202);
  });

  it('stays green without memory in Redis, where batches can be read but not taken', async () => {
    const memory = (bytes: string): Promise<string> =>
      askRedis(Number(new URL(redis.url).port), 'CONFIG', 'SET', 'maxmemory', bytes);
    await memory('1');
    try {
      expect((await ready()).status).toBe(200);
      expect((await fetch(`${url}/v1/batches`)).status).toBe(200);
      await expectAway(await submit(), 'QUEUE_UNAVAILABLE');
    } finally {
      await memory('0');
    }
    expect((await submit()).status).toBe(202);
  });

  it('is red while S3 is away', async () => {
    const heal = gate.use(({ response }) => void response.socket?.destroy());
    await expectAway(await ready(), 'STORAGE_UNAVAILABLE');
    heal();
    await untilReady();
    expect((await submit()).status).toBe(202);
  });
});

import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { killApiProcesses, startApiProcess } from './testing/api-process.js';
import { problemIn } from './testing/test-api.js';

/** Port 1 refuses: nothing that these processes need is there. */
const NOTHING_THERE = {
  PORT: '0',
  REDIS_URL: 'redis://127.0.0.1:1',
  S3_ENDPOINT: 'http://127.0.0.1:1',
  AWS_ACCESS_KEY_ID: 'id',
  AWS_SECRET_ACCESS_KEY: 'hunter2',
  CROPLINE_OUTPUT_URL: 's3://bucket/batches',
};

afterEach(killApiProcesses);

describe('an API that cannot start', () => {
  it('lists every bad setting, no secret and no stack, and exits 1', async () => {
    const { code, output } = await startApiProcess({
      PORT: 'http',
      REDIS_URL: 'localhost:hunter2',
    }).ended;
    expect(code).toBe(1);
    expect(output).toContain('CONFIG_INVALID');
    expect(output).toContain('PORT: expected a whole number');
    expect(output).toContain('REDIS_URL: expected redis://host');
    expect(output).toContain('CROPLINE_OUTPUT_URL: expected s3://bucket/prefix');
    expect(output).not.toMatch(/hunter2| {4}at /u);
  });

  it('says which port is taken and exits 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, output } = await startApiProcess({ ...NOTHING_THERE, PORT: String(port) }).ended;
    other.close();
    expect(code).toBe(1);
    expect(output).toContain(`PORT: expected a free port, but ${port} on 127.0.0.1 is taken`);
    expect(output).not.toMatch(/hunter2|stack| {4}at /u);
  });
});

describe('an API whose Redis and S3 are away', () => {
  it('starts, says so, answers 503 and stops with 0 on SIGTERM', async () => {
    const api = startApiProcess(NOTHING_THERE);
    const { url } = await api.line('listening');
    expect((await fetch(`${String(url)}/health/live`)).status).toBe(200);
    expect(await problemIn(await fetch(`${String(url)}/health/ready`))).toMatchObject({
      status: 503,
      errors: [{ path: 'redis' }, { path: 's3' }],
    });
    const response = await fetch(`${String(url)}/v1/batches`);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await problemIn(response)).toMatchObject({ status: 503, code: 'QUEUE_UNAVAILABLE' });
    api.child.kill('SIGTERM');
    const { code, output } = await api.ended;
    expect(code).toBe(0);
    expect(output).not.toMatch(/hunter2/u);
  });
});

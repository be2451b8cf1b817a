import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { problemIn } from './testing/test-api.js';

const main = fileURLToPath(new URL('./main.js', import.meta.url));
/** Port 1 refuses: nothing that these processes need is there. */
const NOTHING_THERE = {
  PORT: '0',
  REDIS_URL: 'redis://127.0.0.1:1',
  S3_ENDPOINT: 'http://127.0.0.1:1',
  AWS_ACCESS_KEY_ID: 'id',
  AWS_SECRET_ACCESS_KEY: 'hunter2',
  CROPLINE_OUTPUT_URL: 's3://bucket/batches',
};

interface ApiProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; output: string }>;
  /** The first log line with this message. */
  line(message: string): Promise<Record<string, unknown>>;
}

const running = new Set<ChildProcess>();

function start(env: Record<string, string>): ApiProcess {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  const seen: Record<string, unknown>[] = [];
  const waiting = new Map<string, (line: Record<string, unknown>) => void>();
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  createInterface({ input: child.stdout }).on('line', (text) => {
    output += `${text}\n`;
    const line = JSON.parse(text) as Record<string, unknown>;
    seen.push(line);
    waiting.get(String(line['msg']))?.(line);
  });
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return { code: code as number | null, output };
  });
  return {
    child,
    ended,
    line: async (message) => {
      const found = seen.find(({ msg }) => msg === message);
      if (found !== undefined) return found;
      const arrival = new Promise<Record<string, unknown>>((resolve) => {
        waiting.set(message, resolve);
      });
      const early = ended.then(() => {
        throw new Error(`ended without "${message}": ${output}`);
      });
      return Promise.race([arrival, early]);
    },
  };
}

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

describe('an API that cannot start', () => {
  it('lists every bad setting, no secret and no stack, and exits 1', async () => {
    const { code, output } = await start({
      PORT: 'http',
      REDIS_URL: 'localhost:hunter2',
    }).ended;
    expect(code).toBe(1);
    expect(output).toContain('CONFIG_INVALID');
    expect(output).toContain('PORT: expected a whole number');
    expect(output).toContain('REDIS_URL: expected a URL');
    expect(output).toContain('CROPLINE_OUTPUT_URL: expected s3://bucket/prefix');
    expect(output).not.toMatch(/hunter2| {4}at /u);
  });

  it('says which port is taken and exits 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, output } = await start({ ...NOTHING_THERE, PORT: String(port) }).ended;
    other.close();
    expect(code).toBe(1);
    expect(output).toContain(`PORT: expected a free port, but ${port} on 127.0.0.1 is taken`);
    expect(output).not.toMatch(/hunter2|stack| {4}at /u);
  });
});

describe('an API whose Redis and S3 are away', () => {
  it('starts, says so, answers 503 and stops with 0 on SIGTERM', async () => {
    const api = start(NOTHING_THERE);
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

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@cropline/tools';

/** In every secret that is said here, so that one is found wherever it comes out. */
const SECRET = 'hunter2';
const KEY_SECRET = 'c0ffee42'.repeat(8);
const API_KEY = `cropline_3f9a1c0b77de_${KEY_SECRET}`;

let folder: string;
/** A server that refuses all that is asked of S3, and repeats what it was told. */
let s3: Server;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cropline-secrets-'));
  s3 = createServer(({ url, headers }, response) => {
    response.writeHead(403, { 'content-type': 'application/xml' });
    response.end(
      `<Error><Code>AccessDenied</Code><Message>${url} ${headers.authorization}</Message></Error>`,
    );
  }).listen(0, '127.0.0.1');
  await once(s3, 'listening');
});
afterAll(() => {
  s3.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

interface Running {
  readonly child: ChildProcess;
  /** All it wrote so far. */
  output(): string;
  /** Resolves when it has written this. */
  wrote(text: string): Promise<void>;
  readonly ended: Promise<void>;
}

function start(app: 'api' | 'worker', env: Readonly<Record<string, string>>): Running {
  const main = fileURLToPath(new URL(`../../../apps/${app}/dist/main.js`, import.meta.url));
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let text = '';
  const take = (piece: Buffer): void => void (text += piece.toString());
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = once(child, 'close').then(() => void running.delete(child));
  const wrote = async (expected: string): Promise<void> => {
    while (!text.includes(expected)) {
      if (child.exitCode !== null) throw new Error(`ended without "${expected}": ${text}`);
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), ended]);
    }
  };
  return { child, output: () => text, wrote, ended };
}

/** Every setting that may hold a secret, where no Redis answers and S3 refuses. */
async function secretSettings(): Promise<Record<string, string>> {
  const redis = join(folder, 'redis-url');
  writeFileSync(redis, `redis://me-${SECRET}:pw-${SECRET}@127.0.0.1:${await freePort()}\n`);
  return {
    LOG_LEVEL: 'trace',
    REDIS_URL_FILE: redis,
    S3_ENDPOINT: `http://127.0.0.1:${(s3.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: `secret-${SECRET}`,
    AWS_SESSION_TOKEN: `token-${SECRET}`,
    CROPLINE_OUTPUT_URL: 's3://results/batches',
    CROPLINE_MODEL_MIRROR: `https://me:${SECRET}@127.0.0.1:9/?sig=${SECRET}`,
  };
}

/** Requests that hold secrets wherever there is room for one. */
async function provoke(url: string): Promise<string> {
  const item = { url: `https://me:${SECRET}@photos.example/1.jpg?X-Amz-Signature=${SECRET}` };
  const webhook = { url: 'https://hooks.example/', secret: `whsec_${SECRET}` };
  const headers = {
    authorization: `Bearer ${API_KEY}`,
    cookie: `session=${SECRET}`,
    'content-type': 'application/json',
    'x-api-key': SECRET,
  };
  const post = (path: string, body: object | string): [string, RequestInit] => [
    path,
    { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) },
  ];
  const asked: [string, RequestInit][] = [
    ...['/v1/batches', `/v1/batches?sig=${SECRET}`, '/health/ready', '/metrics'].map(
      (path): [string, RequestInit] => [path, { headers }],
    ),
    [`/v1/batches?limit=${SECRET}`, { headers }],
    ['/admin/queues/api/queues', { headers }],
    ['/v1/batches', { headers: { authorization: `Basic ${btoa(`me:${API_KEY}`)}` } }],
    ['/v1/batches', { headers: { authorization: `Negotiate ${SECRET}` } }],
    [`/v1/${API_KEY}`, { method: 'DELETE', headers }],
    post('/v1/batches', { items: [item], webhook }),
    post('/v1/batches', { items: [item, { url: SECRET }], webhook: { url: SECRET } }),
    post('/v1/batches', `{"items":[${SECRET}`),
    post('/v1/batches', { items: [{ url: `https://photos.example/1.jpg?sig=${SECRET}` }] }),
    post('/v1/classifications', { url: `https://photos.example/1.jpg?sig=${SECRET}` }),
    post('/v1/uploads', { files: [{ sha256: SECRET }] }),
  ];
  const answers = await Promise.all(asked.map(([path, init]) => fetch(url + path, init)));
  const texts = await Promise.all(
    answers.map(async (it) => `${it.status} ${JSON.stringify([...it.headers])} ${await it.text()}`),
  );
  return texts.join('\n');
}

describe('secrets', () => {
  it.each(['keys', 'open-to-everyone'])(
    'are told by the API neither to its log nor to callers, open to %s',
    async (access) => {
      const api = start('api', { ...(await secretSettings()), PORT: '0', CROPLINE_AUTH: access });
      await api.wrote('"msg":"listening"');
      const url = /"url":"([^"]+)"/u.exec(api.output())?.[1] ?? '';
      const answers = await provoke(url);
      api.child.kill('SIGTERM');
      await api.ended;
      // Errors of Redis and S3 are among them, so that there was something to tell.
      expect(api.output()).toContain('Redis cannot be reached');
      expect(answers).toContain(access === 'keys' ? 'KEY_INVALID' : 'QUEUE_UNAVAILABLE');
      expect(linesWithSecrets(api.output())).toEqual([]);
      expect(linesWithSecrets(answers)).toEqual([]);
    },
  );

  it('are told by a worker to nobody', async () => {
    const worker = start('worker', {
      ...(await secretSettings()),
      CROPLINE_DEVICE: 'none',
    });
    await worker.wrote('Redis cannot be reached');
    // Asked to stop it would wait for Redis for a while.
    worker.child.kill('SIGKILL');
    await worker.ended;
    expect(linesWithSecrets(worker.output())).toEqual([]);
  });

  it.each([['api'], ['worker']] as const)(
    'are not repeated by settings of the %s that are no good',
    async (app) => {
      const bad = start(app, {
        REDIS_URL: `http://me:${SECRET}@redis`,
        S3_ENDPOINT: `ftp://me:${SECRET}@s3`,
        AWS_SECRET_ACCESS_KEY: SECRET,
        CROPLINE_OUTPUT_URL: `https://me:${SECRET}@results`,
        CROPLINE_ACCESS_URL: `https://me:${SECRET}@results`,
      });
      await bad.ended;
      expect(bad.output()).toContain('CONFIG_INVALID');
      expect(linesWithSecrets(bad.output())).toEqual([]);
    },
  );
});

/** The lines that hold a secret, also in base64. */
function linesWithSecrets(output: string): string[] {
  const told = [SECRET, KEY_SECRET].flatMap((secret) => [secret, ...inBase64(secret)]);
  return output.split('\n').filter((line) => told.some((it) => line.includes(it)));
}

/** What of a text is in base64 wherever it begins in what is encoded. */
function inBase64(text: string): string[] {
  return [0, 1, 2].map((before) =>
    Buffer.from('\0'.repeat(before) + text)
      .toString('base64')
      .slice(before === 0 ? 0 : 4, -4),
  );
}

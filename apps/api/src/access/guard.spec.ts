import { connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SCOPES } from '@cropline/contracts';
import express from 'express';
import { OPERATIONS } from '../openapi/operations.js';
import { problemIn, startTestApi, type TestApi } from '../testing/test-api.js';
import { guard } from './guard.js';
import { ADMIT_TEST_KEYS, bearer, testCaller } from '../testing/test-keys.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi(ADMIT_TEST_KEYS);
});
afterAll(() => api.close());

const GUARDED = OPERATIONS.flatMap(({ method, path, scope }) =>
  scope === 'open' ? [] : [[method.toUpperCase(), path.replace(/\{\w+\}/gu, 'x'), scope] as const],
);

const MOUNTED = [
  ['GET', '/docs', 'read'],
  ['GET', '/docs/openapi.json', 'read'],
  ['GET', '/metrics', 'admin'],
  ['GET', '/admin/queues', 'admin'],
  ['GET', '/admin/queues/api/queues', 'admin'],
] as const;

describe('an API with keys', () => {
  it('guards all but the probes', () => {
    const open = OPERATIONS.filter(({ scope }) => scope === 'open').map(({ path }) => path);
    expect(open).toEqual(['/health/live', '/health/ready']);
  });

  it.each([...GUARDED, ...MOUNTED] as const)(
    'wants a key for %s %s, and one with the scope %s',
    async (method, path, scope) => {
      const without = await api.fetch(path, { method });
      expect(without.headers.get('www-authenticate')).toContain('Bearer realm="cropline"');
      expect(await problemIn(without)).toMatchObject({ status: 401, code: 'KEY_REQUIRED' });

      const wrong = await api.fetch(path, { method, headers: bearer('cropline_0_0') });
      expect(wrong.headers.get('www-authenticate')).toContain('Bearer');
      expect(await problemIn(wrong)).toMatchObject({ status: 401, code: 'KEY_INVALID' });

      const others = SCOPES.filter((other) => other !== scope).join('+');
      const unfit = await api.fetch(path, { method, headers: bearer(others) });
      expect(await problemIn(unfit)).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });

      const fit = await api.fetch(path, { method, headers: bearer(scope) });
      await fit.body?.cancel();
      expect([401, 403]).not.toContain(fit.status);
    },
  );

  it('takes no spelling of a path for another one', async () => {
    for (const path of ['/V1/Batches', '/v1/batches/', '//v1/batches', '/v1/%62atches', '/Docs']) {
      expect((await api.fetch(path)).status).toBe(401);
    }
    for (const path of ['/V1/Admin/Reconcile', '/v1/admin/reconcile/']) {
      const response = await api.fetch(path, { headers: bearer('read+submit') });
      expect(response.status).toBe(403);
    }
  });

  it('tells those with a key alone what is not there', async () => {
    expect(await problemIn(await api.fetch('/v1/nowhere'))).toMatchObject({ status: 401 });
    const known = await api.fetch('/v1/nowhere', { headers: bearer('read') });
    expect(await problemIn(known)).toMatchObject({ status: 404, code: 'ROUTE_NOT_FOUND' });
    const put = await api.fetch('/v1/batches', { method: 'PUT', headers: bearer('read') });
    expect(await problemIn(put)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
  });

  it('lets nobody reach what declares no scope, whatever the key', async () => {
    let reached = 0;
    const app = express();
    app.use(guard(ADMIT_TEST_KEYS));
    app.use('/undeclared', (_request, response) => {
      reached += 1;
      response.end();
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const headers = bearer('read+submit+admin');
    const response = await fetch(`http://127.0.0.1:${port}/undeclared`, { headers });
    server.close();
    expect([response.status, reached]).toEqual([404, 0]);
  });

  it('lets probes in and tells them nothing else', async () => {
    const response = await api.fetch('/health/ready');
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  });

  it('takes a key as the password that a browser asks for', async () => {
    const basic = (text: string) => ({
      authorization: `Basic ${Buffer.from(text).toString('base64')}`,
    });
    for (const text of ['anyone:read', ':read']) {
      expect((await api.fetch('/v1/batches', { headers: basic(text) })).status).toBe(200);
    }
    for (const text of ['read', 'read:', 'anyone:no']) {
      expect((await api.fetch('/v1/batches', { headers: basic(text) })).status).toBe(401);
    }
    for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic !', 'Digest x', 'read']) {
      expect((await api.fetch('/v1/batches', { headers: { authorization } })).status).toBe(401);
    }
    const elsewhere = { 'x-api-key': 'read', cookie: 'key=read' };
    expect((await api.fetch('/v1/batches?key=read', { headers: elsewhere })).status).toBe(401);
  });

  it('changes nothing for a page of another origin, whatever key its browser adds', async () => {
    const authorization = `Basic ${Buffer.from(':submit').toString('base64')}`;
    const post = (headers: Record<string, string>): Promise<Response> =>
      api.fetch('/v1/batches/x/cancel', { method: 'POST', headers });
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const from of foreign) {
      const refused = await post({ authorization, ...from });
      expect(await problemIn(refused)).toMatchObject({ status: 403, code: 'HOST_FORBIDDEN' });
      // A program says the key itself; no page can make a browser do that.
      expect((await post({ ...bearer('submit'), ...from })).status).toBe(404);
    }
    expect((await post({ authorization, origin: api.url })).status).toBe(404);
    expect((await post({ authorization, 'sec-fetch-site': 'same-origin' })).status).toBe(404);
  });

  it('gives everyone the batches of their tenant', async () => {
    api.fake.callers.length = 0;
    for (const [method, path, scope] of GUARDED.filter(([, path]) => path.includes('/batches/'))) {
      const response = await api.fetch(path, { method, headers: bearer(scope) });
      await response.body?.cancel();
      expect(api.fake.callers.splice(0)).toEqual([testCaller([scope])]);
    }
    await api.fetch('/v1/batches', { headers: bearer('read') });
    await api.fetch('/v1/batches', {
      method: 'POST',
      headers: { ...bearer('submit'), 'content-type': 'application/json' },
      body: JSON.stringify({ items: [{ url: 's3://b/k' }] }),
    });
    await api.fetch('/v1/classifications', {
      method: 'POST',
      headers: { ...bearer('submit'), 'content-type': 'application/json' },
      body: JSON.stringify({ url: 's3://b/k' }),
    });
    expect(api.fake.callers).toEqual([
      testCaller(['read']),
      testCaller(['submit']),
      testCaller(['submit']),
    ]);
  });
});

describe('a body that comes without a key', () => {
  const open = async (head: string): Promise<{ socket: Socket; text: () => string }> => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    let text = '';
    socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(`${head}\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n`);
    return { socket, text: () => text };
  };

  it('is not asked for', async () => {
    const { socket, text } = await open('POST /v1/batches HTTP/1.1');
    socket.write('Content-Length: 100\r\nExpect: 100-continue\r\n\r\n');
    await once(socket, 'data');
    expect(text()).toMatch(/^HTTP\/1.1 401 /);
    socket.destroy();

    const known = await open('POST /v1/batches HTTP/1.1');
    const key = 'Authorization: Bearer submit\r\n';
    known.socket.write(`${key}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`);
    await once(known.socket, 'data');
    expect(known.text()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    known.socket.write('{}');
    await once(known.socket, 'data');
    expect(known.text()).toMatch(/\r\n\r\nHTTP\/1.1 202 /);
    known.socket.destroy();
  });

  it('is answered before it has come, and cut off', async () => {
    const submitted = api.fake.created.length;
    const { socket, text } = await open('POST /v1/batches HTTP/1.1');
    socket.write('Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n');
    await once(socket, 'close');
    expect(text()).toMatch(/^HTTP\/1.1 401 /);
    expect(api.fake.created).toHaveLength(submitted);
  });
});

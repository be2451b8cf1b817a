import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { problemIn, startTestApi, type TestApi } from '../testing/test-api.js';

const METHODS = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS'];
const PATHS = [
  '/v1/batches',
  '/v1/classifications',
  '/v1/uploads',
  '/v1/batches/ID',
  '/v1/batches/ID/results',
  '/v1/batches/ID/summary',
  '/v1/batches/ID/items/a',
  '/v1/batches/ID/cancel',
  '/v1/batches/ID/retry',
  '/v1/admin/reconcile',
  '/docs',
  '/openapi.json',
  '/health/live',
];
const QUERIES = [
  'limit',
  'cursor',
  'status',
  'settings',
  'crops',
  'topK',
  'format',
  'filter',
  '__proto__',
];
const FIELDS = [
  'items',
  'source',
  'options',
  'metadata',
  'output',
  'webhook',
  'dryRun',
  'priority',
  '__proto__',
  'constructor',
  'files',
  'url',
];
const TYPES = [
  'application/json',
  'application/x-ndjson',
  'text/csv',
  'image/jpeg',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-7',
  'x',
];

/** What a caller may put into a field, near to what is expected and far from it. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    'single',
    1,
    -1,
    1e308,
    '',
    null,
    [],
    {},
    true,
    '\u0000',
    's3://b/k',
    [{ url: 's3://b/k' }],
    { crops: 'ten' },
    { url: 'http://127.0.0.1/' },
  ),
  fc.jsonValue(),
);
const body = fc.oneof(
  fc
    .dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 4 })
    .map((fields) => Buffer.from(JSON.stringify(fields))),
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(
    Buffer.from('['.repeat(100_000)),
    Buffer.from(`{"a":${'{"a":'.repeat(20_000)}`),
    Buffer.from('{"items":[{"url":"s3://b/k"}]}'),
  ),
  fc.string().map((text) => gzipSync(text)),
);

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

/** Whatever was asked, the answer is one that the API means: no failure of the server, and a problem in its form. */
async function expectMeant(response: Response): Promise<void> {
  expect(response.status).toBeLessThan(500);
  if (response.status >= 400 && response.type !== 'opaque' && response.body !== null)
    await problemIn(response);
  else await response.arrayBuffer();
}

describe('the API', () => {
  it('means its answer, whatever is asked', async () => {
    const { id } = await api.fake.create({
      items: [{ url: 's3://b/k' }],
      options: { crops: 'ten', topK: 5 },
      metadata: {},
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...METHODS),
        fc.oneof(fc.constantFrom(...PATHS), fc.webPath()),
        fc.dictionary(
          fc.constantFrom(...QUERIES),
          fc.oneof(fc.string(), fc.json(), fc.constantFrom('1', '-1', 'ten')),
        ),
        fc.option(
          fc.tuple(fc.constantFrom(...TYPES), fc.constantFrom('', 'gzip', 'br', 'x'), body),
        ),
        async (method, path, query, sent) => {
          const search = new URLSearchParams(query);
          const bodied = sent !== null && method !== 'GET' && method !== 'HEAD';
          const [type = '', encoding = '', bytes = Buffer.alloc(0)] = sent ?? [];
          const headers: Record<string, string> = {
            'content-type': type,
            ...(encoding === '' ? {} : { 'content-encoding': encoding }),
          };
          await expectMeant(
            await api.fetch(`${path.replace('ID', id)}?${search.toString()}`, {
              method,
              ...(bodied ? { headers, body: new Uint8Array(bytes) } : {}),
            }),
          );
        },
      ),
    );
  });

  it('answers or hangs up, whatever bytes are sent', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'GET / HTTP/1.1\r\n',
        'POST /v1/batches HTTP/1.1\r\n',
        'Host: a\r\n',
        'Content-Length: 5\r\n',
        'Transfer-Encoding: chunked\r\n',
        '\r\n',
        '5\r\nhello\r\n',
        '0\r\n\r\n',
      ),
      fc.string(),
    );
    const { hostname, port } = new URL(api.url);
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 8 }), async (pieces) => {
        const socket = connect(Number(port), hostname);
        socket.on('error', () => undefined).resume();
        socket.end(pieces.join(''), 'latin1');
        if (!socket.destroyed) await once(socket, 'close');
      }),
    );
    expect((await api.fetch('/health/live')).status).toBe(200);
  });
});

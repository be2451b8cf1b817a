import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CroplineError } from '../errors/cropline-error.js';
import type { ItemResult } from '../schemas/item-result.js';
import { CroplineClient } from './cropline-client.js';

/** A server that answers as each test says, and keeps what it was asked. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: { method: string; url: string; headers: IncomingMessage['headers']; body: Buffer }[];
let server: Server;
let port: number;
let client: CroplineClient;

async function listen(onPort: number): Promise<void> {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push({ method, url, headers, body: Buffer.concat(parts) });
      answer(request, response);
    });
  });
  server.listen(onPort, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
}

async function close(): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  type = 'application/json',
): void {
  response
    .writeHead(status, { 'content-type': `${type}; charset=utf-8` })
    .end(JSON.stringify(body));
}

async function failureOf(promise: Promise<unknown>): Promise<CroplineError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CroplineError);
  return error as CroplineError;
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

beforeEach(async () => {
  asked = [];
  answer = (_, response) => sendJson(response, 200, {});
  await listen(0);
  client = new CroplineClient({ baseUrl: `http://127.0.0.1:${port}` });
});
afterEach(close);

describe('what CroplineClient asks', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['createBatch', () => client.createBatch({ items: [{ url: 's3://b/k' }] }), 'POST /v1/batches'],
    ['getBatch', () => client.getBatch('b_1'), 'GET /v1/batches/b_1'],
    ['getBatch of an odd id', () => client.getBatch('a/b?c'), 'GET /v1/batches/a%2Fb%3Fc'],
    ['listBatches', () => client.listBatches(), 'GET /v1/batches'],
    [
      'listBatches with a query',
      () => client.listBatches({ status: 'failed', cursor: 'a+b', limit: 3 }),
      'GET /v1/batches?status=failed&cursor=a%2Bb&limit=3',
    ],
    ['cancelBatch', () => client.cancelBatch('b_1'), 'POST /v1/batches/b_1/cancel'],
    ['getItem', () => client.getItem('b_1', 'ü/1.jpg'), 'GET /v1/batches/b_1/items/%C3%BC%2F1.jpg'],
    [
      'resultsPage',
      () => client.resultsPage('b_1', { status: 'failed', limit: 2 }),
      'GET /v1/batches/b_1/results?status=failed&limit=2',
    ],
    [
      'classify with bytes',
      () => client.classify({ bytes: Uint8Array.of(1, 2), contentType: 'image/png' }, { topK: 2 }),
      'POST /v1/classifications?topK=2',
    ],
    ['classify with a URL', () => client.classify({ url: 's3://b/k' }), 'POST /v1/classifications'],
  ])('%s', async (_, call, expected) => {
    await call();
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([expected]);
  });

  it('sends a URL as JSON and bytes as they are', async () => {
    await client.classify({ url: 's3://b/k' }, { crops: 'ten', waitMs: 5 });
    await client.classify({ bytes: Uint8Array.of(255, 0, 7), contentType: 'image/png' });
    expect(asked[0]?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(String(asked[0]?.body))).toEqual({
      url: 's3://b/k',
      options: { crops: 'ten' },
      waitMs: 5,
    });
    expect(asked[1]?.headers['content-type']).toBe('image/png');
    expect([...(asked[1]?.body ?? [])]).toEqual([255, 0, 7]);
  });

  it('keeps a path of the base URL, with or without a slash at its end', async () => {
    for (const path of ['/cropline', '/cropline/']) {
      await new CroplineClient({ baseUrl: `http://127.0.0.1:${port}${path}` }).getBatch('x');
    }
    expect(asked.map(({ url }) => url)).toEqual(Array(2).fill('/cropline/v1/batches/x'));
  });

  it.each(['127.0.0.1:3000', 'ftp://host', 'http://user:hunter2@host', 'http://host/?key=hunter2'])(
    'refuses the base URL %s without repeating it',
    (baseUrl) => {
      let refusal: unknown;
      try {
        new CroplineClient({ baseUrl });
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toMatchObject({ code: 'USAGE_INVALID' });
      expect(String(refusal)).not.toContain('hunter2');
    },
  );
});

describe('what CroplineClient throws', () => {
  it('the code, message and errors of problem+json', async () => {
    answer = (_, response) =>
      sendJson(
        response,
        422,
        {
          code: 'REQUEST_INVALID',
          detail: 'Expected items.',
          retryable: false,
          errors: [{ path: 'items', message: 'none' }],
          errorCount: 1,
          requestId: 'r1',
        },
        'application/problem+json',
      );
    const error = await failureOf(client.createBatch({ items: [] }));
    expect(error.toJSON()).toEqual({
      code: 'REQUEST_INVALID',
      message: 'Expected items.',
      retryable: false,
      details: {
        status: 422,
        errors: [{ path: 'items', message: 'none' }],
        errorCount: 1,
        requestId: 'r1',
      },
    });
  });

  it('INTERNAL with the original code for a code of a newer API', async () => {
    answer = (_, response) =>
      sendJson(
        response,
        409,
        { code: 'BATCH_ON_HOLIDAY', detail: 'Later.', retryable: true },
        'application/problem+json',
      );
    const error = await failureOf(client.getBatch('b'));
    expect(error).toMatchObject({ code: 'INTERNAL', message: 'Later.', retryable: true });
    expect(error.details).toMatchObject({ code: 'BATCH_ON_HOLIDAY' });
  });

  it.each([
    [200, false],
    [404, false],
    [502, true],
  ])('API_UNREACHABLE when another server answers %i', async (status, retryable) => {
    answer = (_, response) =>
      response.writeHead(status, { 'content-type': 'text/html' }).end('<html>');
    const error = await failureOf(client.getBatch('b'));
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', retryable });
    expect(error.message).toContain(`received status ${status} with text/html`);
  });

  it('API_UNREACHABLE, with the reason, when nothing listens', async () => {
    await close();
    const error = await failureOf(client.getBatch('b'));
    await listen(0);
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', retryable: true });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it("the signal's reason when it is aborted", async () => {
    const controller = new AbortController();
    answer = () => controller.abort(new Error('enough'));
    await expect(client.getBatch('b', { signal: controller.signal })).rejects.toThrow('enough');
    answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    const later = new AbortController();
    const call = client.getBatch('b', { signal: later.signal });
    later.abort(new Error('too slow'));
    await expect(call).rejects.toThrow('too slow');
  });
});

describe('results of CroplineClient', () => {
  const lines = ['{"id":"a","label":"größe 🦙"}', '{"id":"b","label":"\u2028"}', '{"id":"c"}'];

  it.each([1, 2, 3, 7, 1000])(
    'reads lines cut every %i bytes, with or without an end',
    async (size) => {
      for (const end of ['\n', '']) {
        answer = (_, response) => {
          response.writeHead(200, { 'content-type': 'application/x-ndjson' });
          const bytes = Buffer.from(lines.join('\n') + end);
          const send = (from: number): void => {
            if (from >= bytes.length) response.end();
            else
              response.write(bytes.subarray(from, from + size), () =>
                setImmediate(send, from + size),
              );
          };
          send(0);
        };
        expect(await collect(client.results('b', { status: 'succeeded' }))).toEqual(
          lines.map((line): unknown => JSON.parse(line)),
        );
      }
      expect(asked[0]).toMatchObject({
        url: '/v1/batches/b/results?status=succeeded',
        headers: { accept: 'application/x-ndjson' },
      });
    },
  );

  it('yields a line before the answer has ended', async () => {
    let finish = (): void => undefined;
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write(`${lines[0] ?? ''}\n${lines[1] ?? ''}`);
      finish = () => response.end('\n');
    };
    const results = client.results('b');
    expect((await results.next()).value).toMatchObject({ id: 'a' });
    finish();
    expect((await results.next()).value).toMatchObject({ id: 'b' });
    expect(await results.next()).toMatchObject({ done: true });
  });

  it('throws when the connection breaks off: a list that ends is whole', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write(`${lines[0] ?? ''}\n`, () => response.destroy());
    };
    const read: ItemResult[] = [];
    const error = await failureOf(
      (async () => {
        for await (const result of client.results('b')) read.push(result);
      })(),
    );
    expect(read).toHaveLength(1);
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', retryable: true });
  });

  it('closes the connection when the reader leaves early', async () => {
    const closed = new Promise<void>((resolve) => {
      answer = (_, response) => {
        response.on('close', () => resolve());
        response.writeHead(200, { 'content-type': 'application/x-ndjson' });
        response.write(`${lines[0] ?? ''}\n`);
      };
    });
    for await (const result of client.results('b')) {
      expect(result.id).toBe('a');
      break;
    }
    await closed;
  });

  it("ends with the signal's reason", async () => {
    const controller = new AbortController();
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write(`${lines[0] ?? ''}\n`);
    };
    const results = client.results('b', { signal: controller.signal });
    await results.next();
    const next = results.next();
    controller.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
  });

  it('throws the problem of a batch that is not there', async () => {
    answer = (_, response) =>
      sendJson(
        response,
        404,
        { code: 'BATCH_NOT_FOUND', detail: 'No batch b.', retryable: false },
        'application/problem+json',
      );
    expect(await failureOf(client.results('b').next())).toMatchObject({ code: 'BATCH_NOT_FOUND' });
  });
});

describe('watch of CroplineClient', () => {
  it('yields at first and at each change, survives an outage and ends after a final status', async () => {
    const states = [
      { status: 'in_progress', progress: 0 },
      { status: 'in_progress', progress: 0 },
      { status: 'in_progress', progress: 0.5 },
    ];
    answer = (_, response) =>
      sendJson(response, 200, states.shift() ?? { status: 'in_progress', progress: 0.5 });
    const watch = client.watch('b', { intervalMs: 5 });
    expect((await watch.next()).value).toMatchObject({ progress: 0 });
    expect((await watch.next()).value).toMatchObject({ progress: 0.5 });

    // Away: first refused connections, then an API whose Redis is not back yet.
    const next = watch.next();
    await close();
    await listen(port);
    let unready = 2;
    answer = (_, response) => {
      if (unready-- > 0) {
        sendJson(
          response,
          503,
          { code: 'QUEUE_UNAVAILABLE', detail: 'No Redis.', retryable: true },
          'application/problem+json',
        );
      } else sendJson(response, 200, { status: 'completed', progress: 1 });
    };
    expect((await next).value).toMatchObject({ status: 'completed' });
    expect(unready).toBeLessThan(0);
    expect(await watch.next()).toMatchObject({ done: true });
  });
});

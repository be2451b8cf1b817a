import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AnsweringServer, failureOf, sendJson, sendProblem } from './testing/answering-server.js';
import { CroplineClient } from './cropline-client.js';

let client: CroplineClient;
let server: AnsweringServer;

beforeEach(async () => {
  server = new AnsweringServer();
  await server.listen();
  client = new CroplineClient({ baseUrl: server.url });
});
afterEach(() => server.close());

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
    expect(server.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([expected]);
  });

  it('sends a URL as JSON and bytes as they are', async () => {
    await client.classify({ url: 's3://b/k' }, { crops: 'ten', waitMs: 5 });
    await client.classify({ bytes: Uint8Array.of(255, 0, 7), contentType: 'image/png' });
    expect(server.asked[0]?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(String(server.asked[0]?.body))).toEqual({
      url: 's3://b/k',
      options: { crops: 'ten' },
      waitMs: 5,
    });
    expect(server.asked[1]?.headers['content-type']).toBe('image/png');
    expect([...(server.asked[1]?.body ?? [])]).toEqual([255, 0, 7]);
  });

  it('sends a plan of crops as it is, and as JSON text where it goes into the query', async () => {
    const crops = { scales: [256], grid: 2, mirror: true };
    await client.classify({ url: 's3://b/k' }, { crops });
    await client.classify({ bytes: Uint8Array.of(1), contentType: 'image/png' }, { crops });
    expect(JSON.parse(String(server.asked[0]?.body))).toMatchObject({ options: { crops } });
    const query = new URL(server.asked[1]?.url ?? '', server.url).searchParams;
    expect(JSON.parse(query.get('crops') ?? '')).toEqual(crops);
  });

  it('keeps a path of the base URL, with or without a slash at its end', async () => {
    for (const path of ['/cropline', '/cropline/']) {
      await new CroplineClient({ baseUrl: server.url + path }).getBatch('x');
    }
    expect(server.asked.map(({ url }) => url)).toEqual(Array(2).fill('/cropline/v1/batches/x'));
  });

  it('sends its key with every call to the API, events too, and to nobody else', async () => {
    const keyed = new CroplineClient({ baseUrl: server.url, apiKey: 'cropline_1_2' });
    await keyed.getBatch('x');
    await keyed.listBatches();
    await keyed.createBatch({ items: [] });
    await keyed.submitLines(new Blob(['{}\n']).stream(), {}, { format: 'jsonl' });
    await keyed.watch('x').next();
    expect(server.asked.length).toBeGreaterThan(5);
    for (const { headers } of server.asked) {
      expect(headers.authorization).toBe('Bearer cropline_1_2');
    }
    server.asked = [];
    server.answer = (response) =>
      sendJson(response, 200, {
        files: [
          {
            sha256: '0',
            url: 's3://b/0',
            exists: false,
            put: { url: `${server.url}/b/0?signature`, headers: {}, expiresAt: '' },
          },
        ],
      });
    const file = { body: Uint8Array.of(1), contentType: 'image/png', sha256: '0' };
    for await (const { sent } of keyed.upload([file])) expect(sent).toBe(true);
    expect(server.asked.map(({ method, headers }) => [method, headers.authorization])).toEqual([
      ['POST', 'Bearer cropline_1_2'],
      ['PUT', undefined],
    ]);
  });

  it.each(['', 'hunter2 hunter2', 'hunter2\n', 'hunter2é'])(
    'refuses the key %j without repeating it',
    (apiKey) => {
      const make = (): CroplineClient => new CroplineClient({ baseUrl: server.url, apiKey });
      expect(make).toThrow('Expected an API key');
      expect(make).not.toThrow(/hunter2/);
    },
  );

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
    server.answer = (response) =>
      sendProblem(response, 422, {
        code: 'REQUEST_INVALID',
        detail: 'Expected items.',
        retryable: false,
        errors: [{ path: 'items', message: 'none' }],
        errorCount: 1,
        requestId: 'r1',
      });
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
    server.answer = (response) =>
      sendProblem(response, 409, { code: 'BATCH_ON_HOLIDAY', detail: 'Later.', retryable: true });
    const error = await failureOf(client.getBatch('b'));
    expect(error).toMatchObject({ code: 'INTERNAL', message: 'Later.', retryable: true });
    expect(error.details).toMatchObject({ code: 'BATCH_ON_HOLIDAY' });
  });

  it.each([
    [200, false],
    [404, false],
    [502, true],
  ])('API_UNREACHABLE when another server answers %i', async (status, retryable) => {
    server.answer = (response) =>
      response.writeHead(status, { 'content-type': 'text/html' }).end('<html>');
    const error = await failureOf(client.getBatch('b'));
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', retryable });
    expect(error.message).toContain(`received status ${status} with text/html`);
  });

  it('API_UNREACHABLE, with the reason, when nothing listens', async () => {
    await server.close();
    const error = await failureOf(client.getBatch('b'));
    await server.listen();
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', retryable: true });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it("the signal's reason when it is aborted", async () => {
    const controller = new AbortController();
    server.answer = () => controller.abort(new Error('enough'));
    await expect(client.getBatch('b', { signal: controller.signal })).rejects.toThrow('enough');
    server.answer = (response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    const later = new AbortController();
    const call = client.getBatch('b', { signal: later.signal });
    later.abort(new Error('too slow'));
    await expect(call).rejects.toThrow('too slow');
  });
});

describe('watch of CroplineClient', () => {
  it('yields at first and at each change, survives an outage and ends after a final status', async () => {
    const states = [
      { status: 'in_progress', progress: 0 },
      { status: 'in_progress', progress: 0 },
      { status: 'in_progress', progress: 0.5 },
    ];
    server.answer = (response) =>
      sendJson(response, 200, states.shift() ?? { status: 'in_progress', progress: 0.5 });
    const watch = client.watch('b', { intervalMs: 5 });
    expect((await watch.next()).value).toMatchObject({ progress: 0 });
    expect((await watch.next()).value).toMatchObject({ progress: 0.5 });

    // Away: first refused connections, then an API whose Redis is not back yet.
    const next = watch.next();
    await server.close();
    await server.listen();
    let unready = 2;
    server.answer = (response) => {
      if (unready-- > 0) {
        sendProblem(response, 503, {
          code: 'QUEUE_UNAVAILABLE',
          detail: 'No Redis.',
          retryable: true,
        });
      } else sendJson(response, 200, { status: 'completed', progress: 1 });
    };
    expect((await next).value).toMatchObject({ status: 'completed' });
    expect(unready).toBeLessThan(0);
    expect(await watch.next()).toMatchObject({ done: true });
  });
});

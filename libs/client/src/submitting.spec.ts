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

const request = { items: [{ url: 's3://b/k' }] };
const keysAsked = (): unknown[] => server.asked.map(({ headers }) => headers['idempotency-key']);

/** Fails so often with what passes, each time in another way, then answers. */
function failing(times: number): void {
  let failures = 0;
  server.answer = (response) => {
    failures += 1;
    if (failures > times) sendJson(response, 202, { id: 'b1' });
    else if (failures % 2 === 1) response.destroy();
    else {
      response.setHeader('retry-after', '0');
      sendProblem(response, 503, { code: 'QUEUE_UNAVAILABLE', detail: 'Away.', retryable: true });
    }
  };
}

async function* linesOf(...lines: string[]): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield await Promise.resolve(Buffer.from(`${line}\n`));
}

describe('createBatch', () => {
  it('tries again under the key that it was first sent with', async () => {
    failing(2);
    expect(await client.createBatch(request)).toEqual({ id: 'b1' });
    expect(server.asked).toHaveLength(3);
    expect(new Set(keysAsked()).size).toBe(1);
    expect(keysAsked()[0]).toMatch(/^[0-9a-f]{32}$/u);
  });

  it('makes up another key for another batch, and takes one that is given', async () => {
    await client.createBatch(request);
    await client.createBatch(request);
    await client.createBatch(request, { idempotencyKey: 'june 1' });
    expect(new Set(keysAsked()).size).toBe(3);
    expect(keysAsked()[2]).toBe('june 1');
  });

  it('does not try again what no retry mends', async () => {
    server.answer = (response) =>
      sendProblem(response, 422, { code: 'REQUEST_INVALID', detail: 'No.', retryable: false });
    await failureOf(client.createBatch(request));
    expect(server.asked).toHaveLength(1);
  });

  it('gives up after as many retries as there may be', async () => {
    failing(100);
    const impatient = new CroplineClient({ baseUrl: server.url, retries: 1 });
    expect(await failureOf(impatient.createBatch(request))).toMatchObject({ retryable: true });
    expect(server.asked).toHaveLength(2);
  });
});

describe('calls that may be made twice', () => {
  it.each<[string, () => Promise<unknown>, number]>([
    ['getBatch', () => client.getBatch('b'), 2],
    ['cancelBatch', () => client.cancelBatch('b'), 2],
    ['deleteBatch', () => client.deleteBatch('b'), 2],
    ['summary', () => client.summary('b'), 2],
    ['estimate', () => client.estimate(request), 2],
    ['reconcile', () => client.reconcile(), 2],
    ['retryBatch', () => client.retryBatch('b').catch(() => null), 1],
    ['classify', () => client.classify({ url: 's3://b/k' }).catch(() => null), 1],
  ])('%s', async (_, call, tries) => {
    failing(1);
    await call();
    expect(server.asked).toHaveLength(tries);
  });

  it('deleteBatch takes one that is gone for deleted', async () => {
    server.answer = (response) =>
      sendProblem(response, 404, { code: 'BATCH_NOT_FOUND', detail: 'Gone.', retryable: false });
    await client.deleteBatch('b');
    expect(server.asked[0]).toMatchObject({ method: 'DELETE', url: '/v1/batches/b' });
  });
});

describe('submitLines', () => {
  const settings = { options: { crops: 'single' }, priority: 'high' } as const;

  it('streams the lines as the body and the settings in the query', async () => {
    await client.submitLines(linesOf('url', 's3://b/1'), settings, {
      format: 'csv',
      idempotencyKey: 'k',
    });
    const [asked] = server.asked;
    expect(asked).toMatchObject({
      method: 'POST',
      headers: {
        'content-type': 'text/csv',
        'idempotency-key': 'k',
        'transfer-encoding': 'chunked',
      },
    });
    expect(String(asked?.body)).toBe('url\ns3://b/1\n');
    const query = new URL(asked?.url ?? '', server.url).searchParams;
    expect(JSON.parse(query.get('settings') ?? '')).toEqual(settings);
  });

  it('takes a ReadableStream too', async () => {
    const stream = new Blob(['{"url":"s3://b/1"}\n']).stream() as ReadableStream;
    await client.submitLines(stream, {}, { format: 'jsonl' });
    expect(server.asked[0]?.headers['content-type']).toBe('application/x-ndjson');
    expect(String(server.asked[0]?.body)).toBe('{"url":"s3://b/1"}\n');
  });

  it('sends lines again that can be read again, with the same key', async () => {
    failing(1);
    await client.submitLines(() => linesOf('{}', '{}'), {}, { format: 'jsonl' });
    expect(server.asked.map(({ body }) => String(body))).toEqual(['{}\n{}\n', '{}\n{}\n']);
    expect(new Set(keysAsked()).size).toBe(1);
  });

  it('does not send half of lines that can be read once only', async () => {
    failing(1);
    await failureOf(client.submitLines(linesOf('{}'), {}, { format: 'jsonl' }));
    expect(server.asked).toHaveLength(1);
  });

  it('throws what the source of the lines throws, and no batch is made of what came before', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* linesOf('{}');
      throw new RangeError('the disk is gone');
    }
    await expect(client.submitLines(broken(), {}, { format: 'jsonl' })).rejects.toThrow(
      'the disk is gone',
    );
    expect(server.asked).toHaveLength(0);
  });

  it('lets go of its source when the call is aborted', async () => {
    const controller = new AbortController();
    let released = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield await Promise.resolve(Buffer.from('{}\n'));
          if (Math.random() < 0.1) controller.abort(new Error('enough'));
        }
      } finally {
        released = true;
      }
    }
    const call = client.submitLines(endless(), {}, { format: 'jsonl', signal: controller.signal });
    await expect(call).rejects.toThrow('enough');
    expect(released).toBe(true);
  });
});

describe('estimate', () => {
  it('asks for a dry run, of lines too', async () => {
    await client.estimate(request);
    await client.estimateLines(linesOf('{}'), {}, { format: 'jsonl' });
    expect(JSON.parse(String(server.asked[0]?.body))).toEqual({ ...request, dryRun: true });
    expect(server.asked[1]?.url).toBe('/v1/batches?settings=%7B%22dryRun%22%3Atrue%7D');
  });

  it('is what a dry run is for: createBatch and submitLines promise a batch', async () => {
    expect(await failureOf(client.createBatch({ ...request, dryRun: true }))).toMatchObject({
      code: 'USAGE_INVALID',
    });
    expect(
      await failureOf(client.submitLines(linesOf('{}'), { dryRun: true }, { format: 'jsonl' })),
    ).toMatchObject({ code: 'USAGE_INVALID' });
    expect(server.asked).toHaveLength(0);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AnsweringServer, failureOf, sendProblem } from './testing/answering-server.js';
import { CroplineClient } from './cropline-client.js';

let client: CroplineClient;
let server: AnsweringServer;

beforeEach(async () => {
  server = new AnsweringServer();
  await server.listen();
  client = new CroplineClient({ baseUrl: server.url });
});
afterEach(() => server.close());

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

describe('results of CroplineClient', () => {
  const lines = ['{"id":"a","label":"größe 🦙"}', '{"id":"b","label":"\u2028"}', '{"id":"c"}'];

  it.each([1, 2, 3, 7, 1000])(
    'reads lines cut every %i bytes, with or without an end',
    async (size) => {
      for (const end of ['\n', '']) {
        server.answer = (response) => {
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
      expect(server.asked[0]).toMatchObject({
        url: '/v1/batches/b/results?status=succeeded',
        headers: { accept: 'application/x-ndjson' },
      });
    },
  );

  it('yields a line before the answer has ended', async () => {
    let finish = (): void => undefined;
    server.answer = (response) => {
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

  it('closes the connection when the reader leaves early', async () => {
    const closed = new Promise<void>((resolve) => {
      server.answer = (response) => {
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
    server.answer = (response) => {
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
    server.answer = (response) =>
      sendProblem(response, 404, {
        code: 'BATCH_NOT_FOUND',
        detail: 'No batch b.',
        retryable: false,
      });
    expect(await failureOf(client.results('b').next())).toMatchObject({ code: 'BATCH_NOT_FOUND' });
  });
});

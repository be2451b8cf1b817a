import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Batch } from '@cropline/contracts';
import { AnsweringServer, failureOf } from './testing/answering-server.js';
import { ApiConnection } from './api-connection.js';
import { batchEvents, type BatchEvent } from './batch-events.js';
import { CroplineClient } from './cropline-client.js';

const event = (id: string, name: string, batch: object): string =>
  `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(batch)}\n\n`;

let server: AnsweringServer;
beforeEach(async () => {
  server = new AnsweringServer();
  await server.listen();
});
afterEach(() => server.close());

describe('watch over events', () => {
  it('yields what it is told, however it is cut, and asks for nothing else', async () => {
    const text = [
      'retry: 2000\n\n: nothing new\n\n',
      event('1', 'progress', { status: 'in_progress', metadata: { name: 'größe' } }),
      event('2', 'finished', { status: 'completed' }),
    ].join('');
    server.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      for (const byte of Buffer.from(text)) response.write(Buffer.of(byte));
      response.end();
    };
    const seen: Batch[] = [];
    for await (const batch of new CroplineClient({ baseUrl: server.url }).watch('b')) {
      seen.push(batch);
    }
    expect(seen).toEqual([
      { status: 'in_progress', metadata: { name: 'größe' } },
      { status: 'completed' },
    ]);
    expect(server.asked.map(({ url }) => url)).toEqual(['/v1/batches/b/events']);
  });
});

describe('batchEvents', () => {
  const listen = (lastId: string | null, silenceMs = 10_000): AsyncGenerator<BatchEvent> =>
    batchEvents(
      new ApiConnection(server.url, fetch, { retries: 0 }),
      { path: '/events' },
      lastId,
      silenceMs,
    );

  it('asks for what came after the last event', async () => {
    server.answer = (response) => response.writeHead(204).end();
    expect(await listen('7').next()).toMatchObject({ done: true });
    expect(server.asked[0]?.headers).toMatchObject({
      'last-event-id': '7',
      accept: 'text/event-stream',
    });
  });

  it('takes a connection on which nothing comes for broken', async () => {
    server.answer = (response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const error = await failureOf(listen(null, 50).next());
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', retryable: true });
    expect(error.message).toContain('nothing was sent');
  });

  it('gives no event that has not come whole', async () => {
    server.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event('1', 'progress', {}) + 'event: finished\ndata: {"sta', () =>
        response.destroy(),
      );
    };
    const events = listen(null);
    expect((await events.next()).value).toEqual({ id: '1', batch: {} });
    expect(await failureOf(events.next())).toMatchObject({ code: 'API_UNREACHABLE' });
  });
});

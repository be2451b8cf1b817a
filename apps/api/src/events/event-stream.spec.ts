import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Batch } from '@cropline/contracts';
import express from 'express';
import { readEvents } from '../testing/event-reader.js';
import { sampleBatch } from '../testing/fake-batches.js';
import { sendEvents } from './event-stream.js';

const batch = (n: number): Batch => ({
  ...sampleBatch('b-1', { options: { crops: 'ten', topK: 1 }, metadata: { n: String(n) } }),
});

describe('a stream of events', () => {
  let server: Server;
  let left: AbortController;
  const serve = async (
    batches: () => AsyncIterable<Batch>,
    heartbeatMs?: number,
  ): Promise<string> => {
    const app = express();
    app.get('/', (request, response, next) => {
      sendEvents(batches(), { request, response, left: left.signal }, heartbeatMs).catch(next);
    });
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  beforeEach(() => {
    left = new AbortController();
  });
  afterEach(() => {
    left.abort();
    server.closeAllConnections();
    server.close();
  });

  it('has comments while there is nothing to tell', async () => {
    const url = await serve(async function* () {
      yield batch(1);
      await once(left.signal, 'abort');
    }, 10);
    const reading = new AbortController();
    const events = readEvents(await fetch(url, { signal: reading.signal }));
    const kinds = [];
    while (kinds.length < 5) kinds.push((await events.next()).value?.event);
    expect(kinds).toEqual([null, 'progress', null, null, null]);
    reading.abort();
  });

  it('takes no more than its reader does', async () => {
    let taken = 0;
    const large = { text: 'x'.repeat(500_000) };
    const url = await serve(async function* () {
      for (; taken < 1_000; taken += 1)
        yield await Promise.resolve({ ...batch(taken), metadata: large });
    });
    const reading = new AbortController();
    await fetch(url, { signal: reading.signal });
    let before = -1;
    while (taken !== before) {
      before = taken;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(taken).toBeLessThan(200);
    reading.abort();
  });
});

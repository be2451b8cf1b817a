import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent } from 'undici';
import { TooManyBytesError } from '../bytes/collect-bytes.js';
import { TooSlowError } from '../bytes/keeping-pace.js';
import { startHttp, type TestHttp } from '../testing/start-http.js';
import { thrownBy } from '../testing/thrown-by.js';
import { directGet, type DirectAnswer } from './direct-get.js';

describe('directGet', () => {
  let agent: Agent;
  let server: TestHttp;
  let handle: (request: IncomingMessage, response: ServerResponse) => void;

  beforeEach(async () => {
    agent = new Agent({ connections: 1 });
    server = await startHttp((request, response) => handle(request, response));
  });
  afterEach(async () => {
    await agent.destroy();
    await server.stop();
  });

  const get = (
    limits: { maxBytes?: number; signal?: AbortSignal; withinMs?: number } = {},
  ): Promise<DirectAnswer> =>
    directGet(
      agent,
      { origin: server.origin, path: '/cat.jpg', headers: { 'x-note': 'kept' } },
      {
        maxBytes: limits.maxBytes ?? 1_000_000,
        signal: limits.signal,
        pace: { withinMs: limits.withinMs ?? 30_000, leastBytes: 1_000 },
      },
    );

  it('gives the whole body, announced or not', async () => {
    const bytes = Buffer.alloc(300_000, 'crop');
    for (const announced of [true, false]) {
      handle = (request, response) => {
        expect(request.headers['x-note']).toBe('kept');
        if (announced) response.setHeader('content-length', bytes.length);
        response.write(bytes.subarray(0, 100_000));
        response.end(bytes.subarray(100_000));
      };
      const { status, body } = await get();
      expect(status).toBe(200);
      expect(body.equals(bytes)).toBe(true);
    }
  });

  it('takes no more bytes than it may, announced or not, and one that just fits', async () => {
    handle = (_, response) => response.setHeader('content-length', 10).end('0123456789');
    expect((await get({ maxBytes: 10 })).body.toString()).toBe('0123456789');
    expect(await thrownBy(get({ maxBytes: 9 }))).toEqual(new TooManyBytesError(9, 10));
    handle = (_, response) => {
      response.write('01234');
      response.end('56789');
    };
    expect((await get({ maxBytes: 10 })).body.toString()).toBe('0123456789');
    expect(await thrownBy(get({ maxBytes: 9 }))).toEqual(new TooManyBytesError(9));
  });

  it('keeps the beginning of a long error, whatever the limit', async () => {
    handle = (_, response) => {
      response.statusCode = 503;
      response.end(`<Code>SlowDown</Code>${' '.repeat(10_000_000)}`);
    };
    const { status, body } = await get({ maxBytes: 5 });
    expect(status).toBe(503);
    expect(body.subarray(0, 21).toString()).toBe('<Code>SlowDown</Code>');
    expect(body.length).toBeLessThanOrEqual(64 * 1024);
  });

  it('fails with a body that ends before its length', async () => {
    handle = (request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('short', () => request.socket.destroy());
    };
    await expect(get()).rejects.toThrow('closed');
  });

  it('gives up a body that comes too slowly to end', async () => {
    handle = (_, response) => {
      response.writeHead(200, { 'content-length': 1_000_000 });
      const timer = setInterval(() => response.write('c'), 5);
      response.once('close', () => clearInterval(timer));
    };
    const error = await thrownBy(get({ withinMs: 60 }));
    expect(error).toBeInstanceOf(TooSlowError);
    await server.allClosed();
  });

  it('ends at once when aborted: before, waiting for a connection, for an answer, for the body', async () => {
    const reason = new Error('enough');
    handle = (_, response) => response.end('late');
    expect(await thrownBy(get({ signal: AbortSignal.abort(reason) }))).toBe(reason);

    const control = new AbortController();
    let answer = (): void => undefined;
    handle = (_, response) => (answer = () => void response.end('held'));
    const held = get();
    while (server.requests.length === 0) await pause(1);
    const waiting = get({ signal: control.signal });
    control.abort(reason);
    expect(await thrownBy(waiting)).toBe(reason);
    answer();
    expect((await held).body.toString()).toBe('held');

    for (const begun of [false, true]) {
      const late = new AbortController();
      handle = (_, response) => {
        if (begun) response.writeHead(200, { 'content-length': 100 }).write('begun');
        setImmediate(() => late.abort(reason));
      };
      expect(await thrownBy(get({ signal: late.signal }))).toBe(reason);
    }
    // The connections of what was aborted are given up, and a new one is made.
    handle = (_, response) => response.end('again');
    expect((await get()).body.toString()).toBe('again');
    while (server.open.size > 1) await pause(1);
  });
});

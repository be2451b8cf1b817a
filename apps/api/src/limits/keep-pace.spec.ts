import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Request, Response } from 'express';
import { startTestApi, type TestApi } from '../testing/test-api.js';
import { keepPace } from './keep-pace.js';

let api: TestApi | null = null;
afterEach(async () => {
  jest.useRealTimers();
  await api?.close();
  api = null;
});

const HEAD = 'POST /v1/batches HTTP/1.1\r\nHost: localhost\r\nContent-Type: ';
const LIST = `${HEAD}application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n`;
const JSON_BODY = `${HEAD}application/json\r\nContent-Length: 1000000\r\n\r\n{`;

/** What comes back when this is sent and then `more` now and then, until the connection is ended. */
async function answerTo({ url }: TestApi, text: string, more = ''): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (piece: Buffer) => (answer += piece.toString()));
  // Sending on while it is being ended is what a slow client does.
  socket.on('error', () => undefined);
  socket.write(text);
  const timer = setInterval(() => socket.write(more), 5);
  await once(socket, 'close');
  clearInterval(timer);
  return answer;
}

it('lets a body wait that is read slowly here', () => {
  jest.useFakeTimers();
  const request = Object.assign(new EventEmitter(), {
    headers: { 'transfer-encoding': 'chunked' },
    is: () => 'application/x-ndjson',
    socket: { bytesRead: 0, destroy: jest.fn() },
    readableLength: 65_536,
  });
  const response = Object.assign(new EventEmitter(), { headersSent: false, setHeader: jest.fn() });
  const next = jest.fn();
  // Of a request and a response this much is looked at.
  keepPace({ idleMs: 100, wholeMs: 300 })(
    request as unknown as Request,
    response as unknown as Response,
    next,
  );
  expect(next).toHaveBeenCalledTimes(1);
  jest.advanceTimersByTime(10_000);
  expect(response.setHeader).not.toHaveBeenCalled();
  expect(jest.getTimerCount()).toBe(1);
  response.emit('close');
  expect(jest.getTimerCount()).toBe(0);
});

describe('a body that comes slowly', () => {
  it.each([
    ['stops', JSON_BODY, ''],
    ['trickles', JSON_BODY, ' '],
    ['stops, of a list', `${LIST}1\r\n{\r\n`, ''],
  ])('is given up when it %s', async (_, text, more) => {
    api = await startTestApi(undefined, { bodies: { idleMs: 100, wholeMs: 60_000 } });
    const answer = await answerTo(api, text, more);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /u);
    expect(answer).toContain('"code":"REQUEST_TIMEOUT"');
    expect(answer).toContain('Connection: close');
    expect(api.fake.created).toEqual([]);
    expect((await api.fetch('/v1/batches')).status).toBe(200);
  });

  it('is given up when it is not whole in time, though it keeps coming', async () => {
    api = await startTestApi(undefined, { bodies: { idleMs: 100, wholeMs: 300 } });
    const answer = await answerTo(api, JSON_BODY, ' '.repeat(1_024));
    expect(answer).toMatch(/^HTTP\/1\.1 408 /u);
    expect(answer).toContain('Expected the whole body within 0.3 seconds');
  });
});

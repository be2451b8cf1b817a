import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startHttpGate, type HttpGate } from './http-gate.js';

describe('An HTTP gate', () => {
  let server: Server;
  let gate: HttpGate;

  beforeEach(async () => {
    server = createServer((request, response) => {
      response.setHeader('x-path', request.url ?? '');
      request.pipe(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    gate = await startHttpGate(
      new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
  afterEach(async () => {
    await gate.close();
    server.closeAllConnections();
    server.close();
  });

  const put = (body: string): Promise<Response> =>
    fetch(`${gate.url}/a?b=c`, { method: 'PUT', body });

  it('passes requests and answers on as they are', async () => {
    const response = await put('hello');
    expect(response.headers.get('x-path')).toBe('/a?b=c');
    expect(await response.text()).toBe('hello');
    expect(gate.requests).toBe(1);
  });

  it('gives requests to the newest fault, which may pass them on to the one before', async () => {
    const first = gate.use(({ response }) => void response.writeHead(503).end('first'));
    const second = gate.use(async ({ number, pass, response }) => {
      if (number === 1) response.writeHead(500).end('second');
      else await pass();
    });
    expect(await (await put('')).text()).toBe('second');
    expect(await (await put('')).text()).toBe('first');
    first();
    expect(await (await put('through')).text()).toBe('through');
    second();
    expect(await (await put('through')).text()).toBe('through');
  });

  it('breaks a connection off whose fault throws, in the middle of an answer too', async () => {
    const off = gate.use(async ({ forward, response }) => {
      const answer = await forward();
      answer.resume();
      response.writeHead(200, { 'content-length': 10 });
      response.write('half');
      throw new Error('no more');
    });
    await expect(put('whole').then((response) => response.text())).rejects.toThrow();
    off();
    expect((await put('whole')).status).toBe(200);
  });

  it('breaks off everything that is open', async () => {
    gate.use(() => new Promise(() => undefined));
    const waiting = put('never');
    const failed = expect(waiting).rejects.toThrow();
    while (gate.requests === 0) await new Promise((resolve) => setImmediate(resolve));
    gate.cut();
    await failed;
  });
});

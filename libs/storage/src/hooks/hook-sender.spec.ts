import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHookSender, type HookSender } from './hook-sender.js';

const message = { body: '{"n":1}', headers: { 'webhook-id': 'msg_1' } };
const never = new AbortController().signal;

describe('a hook sender', () => {
  let server: Server;
  let url: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let senders: HookSender[] = [];
  const sender = (options: Parameters<typeof createHookSender>[0]): HookSender => {
    const made = createHookSender(options);
    senders.push(made);
    return made;
  };
  beforeEach(async () => {
    server = createServer((request, response) => answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://localhost:${(server.address() as AddressInfo).port}/hook?token=1`;
  });
  afterEach(async () => {
    await Promise.all(senders.map((made) => made.close()));
    senders = [];
    server.closeAllConnections();
    server.close();
  });

  it('posts JSON and tells the status, however long the answer is', async () => {
    const seen: unknown[] = [];
    answer = (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push([request.method, request.url, request.headers['webhook-id'], body]);
        response.writeHead(202);
        // It never ends.
        response.write('x'.repeat(100_000));
      });
    };
    const made = sender({ allowNetworks: ['127.0.0.0/8', '::1/128'] });
    expect(await made.post(url, message, never)).toBe(202);
    expect(seen).toEqual([['POST', '/hook?token=1', 'msg_1', '{"n":1}']]);
  });

  it('follows no redirect', async () => {
    let requests = 0;
    answer = (_, response) => {
      requests += 1;
      response.writeHead(307, { location: '/elsewhere' }).end();
    };
    const made = sender({ allowNetworks: ['127.0.0.0/8', '::1/128'] });
    expect(await made.post(url, message, never)).toBe(307);
    expect(requests).toBe(1);
  });

  it('reaches no private host unless it is allowed, by its name or its address', async () => {
    answer = () => {
      throw new Error('It was reached.');
    };
    const made = sender({});
    const blocked = expect.objectContaining({ code: 'IMAGE_ADDRESS_BLOCKED' });
    await expect(made.post(url, message, never)).rejects.toEqual(blocked);
    const literal = url.replace('localhost', '127.0.0.1');
    await expect(made.post(literal, message, never)).rejects.toEqual(blocked);
    expect(() => made.check('http://169.254.169.254/latest')).toThrow(
      expect.objectContaining({ code: 'IMAGE_ADDRESS_BLOCKED' }),
    );
    expect(() => made.check(url)).toThrow(blocked);
    // Where a name leads is known once it is looked up.
    expect(() => made.check('https://hooks.example.org/a')).not.toThrow();
  });

  it('gives up a receiver that does not answer, or that is not there, and shows no query', async () => {
    answer = () => undefined;
    const made = sender({ allowNetworks: ['127.0.0.0/8', '::1/128'], timeoutMs: 50 });
    const late = made.post(url, message, never);
    await expect(late).rejects.toMatchObject({ code: 'IMAGE_FETCH_TIMEOUT' });
    await expect(late).rejects.not.toThrow(/token/u);
    const patient = sender({ allowNetworks: ['127.0.0.0/8', '::1/128'] });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(patient.post(url, message, never)).rejects.toMatchObject({
      code: 'IMAGE_FETCH_FAILED',
      retryable: true,
    });
  });
});

import { once } from 'node:events';
import { Agent, createServer, request, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listen, stopListening } from './listener.js';

describe('the listener', () => {
  let server: Server;
  let open: ServerResponse[];
  beforeEach(() => {
    open = [];
    server = createServer((_, response) => open.push(response));
  });
  afterEach(() => stopListening(server, 0));

  it('says at which URL it answers', async () => {
    expect(await listen(server, '127.0.0.1', 0)).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/u);
  });

  it('says what to do when the address cannot be had', async () => {
    const url = await listen(server, '127.0.0.1', 0);
    const port = Number(new URL(url).port);
    const taken = listen(createServer(), '127.0.0.1', port);
    await expect(taken).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(taken).rejects.toThrow(`PORT: expected a free port, but ${port}`);
    const foreign = listen(createServer(), '192.0.2.1', 0);
    await expect(foreign).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(foreign).rejects.toThrow('HOST: expected an address of this machine');
  });

  it('lets a request under way finish, also on a connection that is kept alive', async () => {
    const url = await listen(server, '127.0.0.1', 0);
    const agent = new Agent({ keepAlive: true });
    const call = request(url, { agent }).end();
    await once(server, 'request');
    const stopped = stopListening(server, 60_000);
    const [, second] = await Promise.all([
      once(request(url, { agent: new Agent() }).end(), 'error'),
      (async () => {
        open[0]?.end('done');
        return once(call, 'response');
      })(),
    ]);
    expect((second[0] as { statusCode: number }).statusCode).toBe(200);
    (second[0] as { resume(): void }).resume();
    expect(await stopped).toBe(true);
    agent.destroy();
  });

  it('cuts off what does not finish in time', async () => {
    const url = await listen(server, '127.0.0.1', 0);
    const call = request(url).end();
    await once(server, 'request');
    const failed = once(call, 'error');
    expect(await stopListening(server, 10)).toBe(false);
    await failed;
  });
});

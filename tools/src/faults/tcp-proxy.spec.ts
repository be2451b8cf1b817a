import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

describe('A TCP proxy', () => {
  let server: Server;
  let proxy: TcpProxy;
  let accepted: Socket[];
  const sockets: Socket[] = [];

  /** Answers what it is sent, with its own name before it. */
  async function startEcho(name: string): Promise<Server> {
    const echo = createServer((socket) => {
      accepted.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => socket.write(`${name}${bytes.toString()}`));
    });
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    return echo;
  }

  const urlOf = (echo: Server): URL =>
    new URL(`tcp://127.0.0.1:${(echo.address() as AddressInfo).port}`);

  async function open(): Promise<{ socket: Socket; read: () => string }> {
    const socket = connect(proxy.port, proxy.host);
    sockets.push(socket);
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString()));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return { socket, read: () => text };
  }

  async function exchange(connection: Awaited<ReturnType<typeof open>>): Promise<string> {
    connection.socket.write('hello');
    await once(connection.socket, 'data');
    return connection.read();
  }

  beforeEach(async () => {
    accepted = [];
    server = await startEcho('a:');
    proxy = await startTcpProxy(urlOf(server));
  });
  afterEach(async () => {
    for (const socket of [...sockets.splice(0), ...accepted]) socket.destroy();
    await proxy.close();
    server.close();
  });

  it('is a wire, slower on demand', async () => {
    const connection = await open();
    expect(await exchange(connection)).toBe('a:hello');
    proxy.set({ latencyMs: 30, bytesPerSecond: 100 });
    const before = performance.now();
    connection.socket.write('0123456789');
    while (connection.read() !== 'a:helloa:0123456789') await once(connection.socket, 'data');
    // Two ways of 30 ms, and 10 bytes there alone.
    expect(performance.now() - before).toBeGreaterThanOrEqual(150);
  });

  it('holds back what it is to swallow, both ways or the answers alone, until it is healed', async () => {
    const connection = await open();
    await exchange(connection);
    for (const blackhole of ['both', 'answers'] as const) {
      proxy.set({ blackhole });
      const read = connection.read();
      const received = once(accepted[0]!, 'data');
      connection.socket.write('hello');
      if (blackhole === 'answers') await received;
      expect(connection.read()).toBe(read);
      proxy.heal();
      await once(connection.socket, 'data');
      expect(connection.read()).toBe(`${read}a:hello`);
    }
  });

  it('breaks connections off, refuses new ones, and goes elsewhere', async () => {
    const first = await open();
    await exchange(first);
    proxy.cut();
    await once(first.socket, 'close');
    proxy.set({ refusing: true });
    await once((await open()).socket, 'close');
    proxy.heal();
    const second = await open();
    expect(await exchange(second)).toBe('a:hello');
    const other = await startEcho('b:');
    proxy.retarget(urlOf(other));
    await once(second.socket, 'close');
    expect(await exchange(await open())).toBe('b:hello');
    other.close();
  });

  it('leaves a client alone on a connection whose other side is gone', async () => {
    const connection = await open();
    await exchange(connection);
    const gone = once(accepted[0]!, 'close');
    proxy.abandon();
    await gone;
    connection.socket.write('anybody?');
    expect(await exchange(await open())).toBe('a:hello');
    expect(connection.socket.destroyed).toBe(false);
    expect(connection.read()).toBe('a:hello');
  });

  it('cuts connections off when so many bytes came back, so often', async () => {
    proxy.set({ cutAfterBytes: 4, cutTimes: 1 });
    const first = await open();
    first.socket.write('hello');
    await once(first.socket, 'close');
    expect(first.read()).toBe('a:he');
    expect(await exchange(await open())).toBe('a:hello');
    expect(proxy.cuts).toBe(1);
  });
});

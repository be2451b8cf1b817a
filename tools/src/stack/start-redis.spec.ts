import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from './free-port.js';
import { startRedis } from './start-redis.js';

/** Sends one inline command and resolves to the answer. */
async function ask(url: string, command: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.write(`${command}\r\n`);
  });
}

describe('startRedis', () => {
  const before = { ...process.env };
  afterEach(() => {
    for (const name of ['REDIS_URL', 'PATH']) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
  });

  it('starts servers of its own, side by side, that evict nothing and leave nothing behind', async () => {
    const servers = await Promise.all([1, 2, 3, 4].map(() => startRedis({ own: true })));
    expect(new Set(servers.map(({ url }) => url)).size).toBe(4);
    const folders: string[] = [];
    for (const { url } of servers) {
      expect(await ask(url, 'PING')).toContain('PONG');
      expect(await ask(url, 'CONFIG GET maxmemory-policy')).toContain('noeviction');
      expect(await ask(url, 'CONFIG GET appendonly')).toContain('no');
      folders.push((await ask(url, 'CONFIG GET dir')).split('\r\n')[4] ?? '');
    }
    expect(folders.every((folder) => existsSync(folder))).toBe(true);
    await Promise.all(servers.map((server) => server.stop()));
    expect(folders.some((folder) => existsSync(folder))).toBe(false);
    await expect(ask(servers[0]!.url, 'PING')).rejects.toThrow('ECONNREFUSED');
  });

  it('keeps an append-only file when asked to', async () => {
    const server = await startRedis({ own: true, appendOnly: true });
    expect(await ask(server.url, 'CONFIG GET appendonly')).toContain('yes');
    await server.stop();
  });

  it('takes the one of REDIS_URL, and leaves it running', async () => {
    const other = await startRedis({ own: true });
    process.env['REDIS_URL'] = other.url;
    const given = await startRedis();
    expect(given).toMatchObject({ url: other.url, pid: null });
    await given.stop();
    expect(await ask(other.url, 'PING')).toContain('PONG');
    await other.stop();
  });

  it('says so when REDIS_URL does not answer, without its password', async () => {
    process.env['REDIS_URL'] = `redis://:hunter2@127.0.0.1:${await freePort()}`;
    const failure = startRedis();
    await expect(failure).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    await expect(failure).rejects.toThrow(/^(?!.*hunter2).*REDIS_URL.*ECONNREFUSED/);
  });

  it('says what to install when there is no server', async () => {
    process.env['PATH'] = '/nonexistent';
    await expect(startRedis({ own: true })).rejects.toMatchObject({
      code: 'QUEUE_UNAVAILABLE',
      message: expect.stringContaining('apt-get install redis-server') as unknown,
    });
  });
});

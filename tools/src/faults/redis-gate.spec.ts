import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type RedisServer } from '../stack/start-redis.js';
import { startRedisGate, type RedisGate } from './redis-gate.js';

const command = (...words: string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

describe('startRedisGate', () => {
  let redis: RedisServer;
  let gate: RedisGate;
  const open: Socket[] = [];
  beforeAll(async () => {
    redis = await startRedis({ own: true });
    gate = await startRedisGate(new URL(redis.url));
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy();
    gate.watch(() => null);
  });
  afterAll(async () => {
    await gate.close();
    await redis.stop();
  });

  const dial = (url: string): Socket => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    open.push(socket.setEncoding('utf8'));
    return socket;
  };
  /** What Redis answers, past the gate. */
  const ask = async (...words: string[]): Promise<string> => {
    const socket = dial(redis.url);
    socket.write(command(...words));
    const [answer] = (await once(socket, 'data')) as [string];
    return answer.trim();
  };

  it('sees each command, however its bytes arrive, and passes all on', async () => {
    const seen: string[] = [];
    gate.watch((words) => {
      seen.push(words.map(String).join(' '));
      return null;
    });
    const socket = dial(gate.url);
    const bytes = command('SET', 'k', 'ünïcode\r\n*1') + command('PING');
    for (const byte of Buffer.from(bytes)) socket.write(Buffer.from([byte]));
    let answered = '';
    while (!answered.includes('PONG')) answered += String((await once(socket, 'data'))[0]);
    expect(seen).toEqual(['SET k ünïcode\r\n*1', 'PING']);
    expect(answered).toBe('+OK\r\n+PONG\r\n');
  });

  it.each([
    ['before', '$3\r\nold'],
    ['after', '$3\r\nnew'],
  ] as const)('ends the caller %s a command', async (when, kept) => {
    await ask('SET', 'k', 'old');
    const socket = dial(gate.url);
    let answered = '';
    socket.on('data', (text: string) => (answered += text));
    const stopped = new Promise<void>((resolve) => {
      gate.watch(([name]) => (String(name) === 'SET' ? { when, stop: resolve } : null));
    });
    socket.write(command('SET', 'k', 'new') + command('SET', 'k', 'later'));
    await stopped;
    expect(await ask('GET', 'k')).toBe(kept);
    expect(answered).toBe('');
  });
});

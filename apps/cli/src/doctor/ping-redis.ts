import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describeCause } from '@cropline/contracts';
import type { ServerOutlook } from './examination.js';

const TIMEOUT_MS = 5000;

/** Asks a Redis for a sign of life, with the user and password of its URL. */
export async function pingRedis(url: string): Promise<ServerOutlook> {
  const { protocol, hostname, port, username, password } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const to = { host, port: Number(port === '' ? '6379' : port) };
  const address = `${protocol}//${hostname}:${to.port}`;
  const socket = protocol === 'rediss:' ? connectTls({ ...to, servername: host }) : connect(to);
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    await once(socket, protocol === 'rediss:' ? 'secureConnect' : 'connect', { signal });
    const user = username === '' ? [] : [decodeURIComponent(username)];
    if (password !== '') socket.write(command('AUTH', ...user, decodeURIComponent(password)));
    socket.write(command('PING'));
    let answer = '';
    while (!/^(\+PONG|-.*)\r\n/m.test(answer)) {
      const [bytes] = (await once(socket, 'data', { signal })) as [Buffer];
      answer += bytes.toString('latin1');
    }
    const refusal = /^-(.*)\r\n/m.exec(answer)?.[1];
    const absence = refusal === undefined ? null : `it answered ${refusal}: check REDIS_URL`;
    return { name: 'Redis', address, absence };
  } catch (error) {
    const why =
      error instanceof Error && error.name === 'AbortError' ? 'no answer' : describe(error);
    return { name: 'Redis', address, absence: `it cannot be reached (${why}): check REDIS_URL` };
  } finally {
    socket.destroy();
  }
}

/** A command as Redis reads it (RESP2): its words, each after its length. */
function command(...words: readonly string[]): string {
  const bulk = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulk.join('')}`;
}

/** A name that resolves to several addresses fails with an error an address, and no text. */
function describe(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code ?? describeCause(error);
}

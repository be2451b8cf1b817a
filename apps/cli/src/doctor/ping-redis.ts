import { once } from 'node:events';
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  describeCause,
  parseRedisUrl,
  type RedisAddress,
  type RedisHost,
} from '@cropline/contracts';
import type { ServerOutlook } from './examination.js';

const TIMEOUT_MS = 5000;

/**
 * Asks a Redis for a sign of life, with the user and password of its URL: one of the sentinels or of the nodes
 * of a cluster is enough.
 */
export async function pingRedis(url: string): Promise<ServerOutlook> {
  const address = parseRedisUrl(url);
  const faults: string[] = [];
  for (const host of address.hosts) {
    const fault = await faultOf(address, host);
    if (fault === null) return { name: 'Redis', address: shownUrl(address), absence: null };
    faults.push(fault);
  }
  const absence = `${[...new Set(faults)].join('; ')}: check REDIS_URL`;
  return { name: 'Redis', address: shownUrl(address), absence };
}

/** Why one of its hosts does not answer as it should; null when it does. */
async function faultOf(address: RedisAddress, to: RedisHost): Promise<string | null> {
  const { kind, tls, username, password, sentinelUsername, sentinelPassword } = address;
  const sentinel = kind === 'sentinel';
  const user = sentinel ? sentinelUsername : username;
  const secret = sentinel ? sentinelPassword : password;
  const { host, port } = to;
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket = tls ? connectTls({ host, port, ...name }) : connect({ host, port });
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    await once(socket, tls ? 'secureConnect' : 'connect', { signal });
    if (secret !== undefined) {
      socket.write(command('AUTH', ...(user === undefined ? [] : [user]), secret));
    }
    socket.write(command('PING'));
    let answer = '';
    while (!/^(\+PONG|-.*)\r\n/m.test(answer)) {
      const [bytes] = (await once(socket, 'data', { signal })) as [Buffer];
      answer += bytes.toString('latin1');
    }
    const refusal = /^-(.*)\r\n/m.exec(answer)?.[1];
    return refusal === undefined ? null : `it answered ${refusal}`;
  } catch (error) {
    const why =
      error instanceof Error && error.name === 'AbortError' ? 'no answer' : reasonOf(error);
    return `it cannot be reached (${why})`;
  } finally {
    socket.destroy();
  }
}

/** Its URL without user and password. */
function shownUrl({ kind, tls, hosts, master }: RedisAddress): string {
  const places = hosts.map(
    ({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`,
  );
  const scheme = `redis${tls ? 's' : ''}${kind === 'single' ? '' : `-${kind}`}`;
  return `${scheme}://${places.join(',')}${master === undefined ? '' : `/${master}`}`;
}

/** A command as Redis reads it (RESP2): its words, each after its length. */
function command(...words: readonly string[]): string {
  const bulk = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulk.join('')}`;
}

/** A name that resolves to several addresses fails with an error an address, and no text. */
function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code ?? describeCause(error);
}

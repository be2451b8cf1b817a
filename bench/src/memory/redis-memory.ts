import { once } from 'node:events';
import { connect } from 'node:net';

/** What a Redis has allocated, in MiB. */
export interface RedisMemory {
  readonly used: number;
  /** The most that was allocated since it started. */
  readonly peak: number;
}

/** Asks a Redis without a password, as a bench starts it, for its memory. */
export async function readRedisMemory(url: string): Promise<RedisMemory> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  // Told to end by QUIT, it closes when it has answered all.
  socket.write('INFO memory\r\nQUIT\r\n');
  let answer = '';
  for await (const text of socket.setEncoding('utf8')) answer += String(text);
  return parseRedisMemory(answer);
}

/** Reads the answer to INFO. */
export function parseRedisMemory(text: string): RedisMemory {
  const size = (name: string): number => {
    const bytes = new RegExp(`^${name}:(\\d+)\\r?$`, 'm').exec(text)?.[1];
    if (bytes === undefined) throw new Error(`Redis tells no ${name}: ${text.slice(0, 100)}`);
    return Number(bytes) / 2 ** 20;
  };
  return { used: size('used_memory'), peak: size('used_memory_peak') };
}

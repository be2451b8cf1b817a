import { once } from 'node:events';
import { connect } from 'node:net';

/** A Redis takes as long as it wants; one that is gone answers at once. */
const TIMEOUT_MS = 10_000;

/**
 * Sends one command to the Redis on a port of 127.0.0.1 and resolves to the answer: a line, or a text. Of an
 * answer with several parts it is the raw text of the first bytes.
 *
 * @throws An Error with what Redis said when it refused.
 */
export async function askRedis(port: number, ...words: readonly string[]): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    await once(socket, 'connect', { signal });
    const bulk = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${bulk.join('')}`);
    let received = '';
    for (;;) {
      const [bytes] = (await once(socket, 'data', { signal })) as [Buffer];
      received += bytes.toString('latin1');
      const answer = answerIn(received);
      if (answer !== null) return answer;
    }
  } finally {
    socket.destroy();
  }
}

/** The answer, null while it is not there whole. */
function answerIn(received: string): string | null {
  const line = /^(.*?)\r\n/s.exec(received);
  if (line === null) return null;
  const [head = '', text = ''] = [line[0][0], line[1]];
  if (head === '-') throw new Error(`Redis answered: ${text.slice(1)}`);
  if (head !== '$') return head === '*' ? received : text.slice(1);
  const length = Number(text.slice(1));
  const begin = line[0].length;
  return received.length < begin + length ? null : received.slice(begin, begin + length);
}

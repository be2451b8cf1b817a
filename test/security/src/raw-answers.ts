import { connect } from 'node:net';

/** What came back over a connection. */
export interface RawAnswers {
  /** The status of each answer, in order. */
  readonly statuses: readonly string[];
  readonly text: string;
}

/**
 * What comes back when these bytes are sent to a server, as no HTTP client would send them. They have to be such
 * that the server ends the connection: its end is waited for.
 */
export async function rawAnswers(url: string, bytes: string | Buffer): Promise<RawAnswers> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (piece: Buffer) => (text += piece.toString('latin1')));
  // A server that refuses what is sent may well end the connection while it is still being sent.
  socket.on('error', () => undefined);
  socket.write(bytes);
  await new Promise((resolve) => socket.on('close', resolve));
  return {
    statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3}) /gu)].map(([, it]) => String(it)),
    text,
  };
}

/** The statuses that came, in the words of an attack: `401`, or `401, 200` when there were two answers. */
export async function rawStatuses(url: string, bytes: string | Buffer): Promise<string> {
  const { statuses } = await rawAnswers(url, bytes);
  return statuses.length === 0 ? 'no answer' : statuses.join(', ');
}

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CroplineError } from '@cropline/contracts';

/** Longer than clients and proxies keep an idle connection, so that it is they who close it, not we under a request. */
const KEEP_ALIVE_MS = 65_000;
/** A list of ten million items over a slow line; what is slower is cut off. */
const BODY_TIME_MS = 3_600_000;
/** For headers a second is plenty; whoever sends them bit by bit holds a connection for nothing. */
const HEADERS_TIME_MS = 20_000;
const IDLE_CHECK_MS = 50;

/**
 * Begins to listen.
 *
 * @returns The URL at which the server answers.
 * @throws `CONFIG_INVALID` that names the setting when the address cannot be had.
 */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_TIME_MS;
  server.requestTimeout = BODY_TIME_MS;
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw new CroplineError('CONFIG_INVALID', reasonOf(error, host, port), { cause: error });
  }
  const { port: taken } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
}

function reasonOf(error: unknown, host: string, port: number): string {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EADDRINUSE':
      return `PORT: expected a free port, but ${port} on ${host} is taken: stop what listens there, or set PORT to another (0 takes a free one).`;
    case 'EACCES':
      return `PORT: expected a port that this user may open, but ${port} is refused: set PORT to 1024 or above.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST: expected an address of this machine, but received ${host}: set HOST to 127.0.0.1, 0.0.0.0 or one of its own.`;
    default:
      return `The API cannot listen on ${host}:${port} (${code ?? String(error)}): check HOST and PORT.`;
  }
}

/**
 * Stops accepting, lets the requests under way finish, and cuts off those that have not after `deadlineMs`.
 *
 * @returns Whether all of them finished.
 */
export async function stopListening(server: Server, deadlineMs: number): Promise<boolean> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that becomes idle after close() would otherwise stay for its keep-alive time.
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  let finished = true;
  const deadline = setTimeout(() => {
    finished = false;
    server.closeAllConnections();
  }, deadlineMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
  return finished;
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A local HTTP server of a spec. */
export interface TestHttp {
  /** `http://127.0.0.1:port` */
  readonly origin: string;
  /** Every request so far, such as `GET /cat.jpg`. */
  readonly requests: readonly string[];
  /** Connections that are open now. */
  readonly open: ReadonlySet<Socket>;
  /** Resolves when no connection is open. */
  allClosed(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server on a free port of the loopback address. */
export async function startHttp(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestHttp> {
  const requests: string[] = [];
  const open = new Set<Socket>();
  // A spec may keep this process busy for seconds: no connection is to run out just as it is used again.
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    handle(request, response);
  });
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      server.emit('one-closed');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    open,
    allClosed: async () => {
      while (open.size > 0) await once(server, 'one-closed');
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

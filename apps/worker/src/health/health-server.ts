import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** What the health server answers with; asked at each request. */
export interface HealthFacts {
  /** Whether the worker takes chunks: warmed up, and not draining. */
  ready(): boolean;
  /** The document of GET /status. */
  status(): object;
  /** POST /status/reset: measures the event loop anew from now on. */
  resetEventLoop(): void;
}

/** A running health server. */
export interface HealthServer {
  /** The port it listens on, also when it was asked for port 0. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves GET /health/live (200 while the process answers), /health/ready (200, or 503 while it warms up or
 * drains) and /status as JSON, and takes POST /status/reset, on every address of the machine, because probes
 * come from outside.
 *
 * @throws What `listen` throws, such as EADDRINUSE.
 */
export async function startHealthServer(port: number, facts: HealthFacts): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').replace(/\?.*$/su, '');
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
    const [status, body] = respond(`${method} ${path}`, facts);
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body));
  });
  server.listen(port);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Status and body for a method and path. */
function respond(request: string, facts: HealthFacts): [number, object] {
  switch (request) {
    case 'GET /health/live':
      return [200, { status: 'ok' }];
    case 'GET /health/ready':
      return facts.ready() ? [200, { status: 'ok' }] : [503, { status: 'unavailable' }];
    case 'GET /status':
      return [200, facts.status()];
    case 'POST /status/reset':
      facts.resetEventLoop();
      return [200, { status: 'ok' }];
    default:
      return [
        404,
        { message: 'Expected GET /health/live, /health/ready or /status, or POST /status/reset.' },
      ];
  }
}

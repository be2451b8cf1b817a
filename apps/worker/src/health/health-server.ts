import { createServer, type ServerResponse } from 'node:http';
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
    switch (`${request.method === 'HEAD' ? 'GET' : (request.method ?? '')} ${path}`) {
      case 'GET /health/live':
        return answer(response, 200, { status: 'ok' });
      case 'GET /health/ready':
        return facts.ready()
          ? answer(response, 200, { status: 'ok' })
          : answer(response, 503, { status: 'unavailable' });
      case 'GET /status':
        return answer(response, 200, facts.status());
      case 'POST /status/reset':
        facts.resetEventLoop();
        return answer(response, 200, { status: 'ok' });
      default:
        return answer(response, 404, {
          message: 'Expected GET /health/live, /health/ready or /status, or POST /status/reset.',
        });
    }
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

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

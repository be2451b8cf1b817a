import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that has come to a gate and waits for what becomes of it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Hands the request on to the server, whose answer is given back as it is, or by `answer`. */
  readonly pass: (answer?: (from: IncomingMessage, to: ServerResponse) => void) => void;
}

/** Does something to a request and returns true, or leaves it to be passed on. */
export type GateFault = (exchange: Exchange) => boolean;

/** A way to an HTTP server on which faults can be injected. */
export interface HttpGate {
  /** `http://127.0.0.1:port`, to be used in the place of the server's. */
  readonly url: string;
  /** The requests that a fault took for itself since the last was set. */
  readonly struck: number;
  /** Asks this fault of every request from now on; without one all are passed on. */
  setFault(fault?: GateFault): void;
  close(): Promise<void>;
}

/** A connection a request: one that the server closes just when it is used again would look like a fault. */
const ANEW = new Agent({ keepAlive: false });

/** Passes requests on to a server, as they are but for faults. Host and signature stay those of the caller. */
export async function startHttpGate(target: URL): Promise<HttpGate> {
  let fault: GateFault = () => false;
  let struck = 0;
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const pass: Exchange['pass'] = (answer = relay) => forward(target, request, response, answer);
    if (fault({ request, response, pass })) struck += 1;
    else pass();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get struck() {
      return struck;
    },
    setFault: (next = () => false) => {
      fault = next;
      struck = 0;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(
  target: URL,
  request: IncomingMessage,
  response: ServerResponse,
  answer: (from: IncomingMessage, to: ServerResponse) => void,
): void {
  const { method, url, headers } = request;
  const upstream = httpRequest(
    { host: target.hostname, port: target.port, method, path: url, headers, agent: ANEW },
    (from) => answer(from, response),
  );
  upstream.on('error', () => response.destroy());
  request.on('error', () => upstream.destroy());
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
}

function relay(from: IncomingMessage, to: ServerResponse): void {
  to.writeHead(from.statusCode ?? 502, from.headers);
  from.on('error', () => to.destroy());
  from.pipe(to);
}

import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as ask,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** A connection a request: one that the server closes just when it is used again would look like a fault. */
const ANEW = new Agent({ keepAlive: false });

/** One request that has reached a gate, not yet answered. */
export interface HttpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The how manieth request it is that the gate has had, from 1. */
  readonly number: number;
  /** Sends the request on, as it is, and resolves to the server's answer, of which nothing is sent back yet. */
  readonly forward: () => Promise<IncomingMessage>;
  /** Sends the request on and its answer back. */
  readonly pass: () => Promise<void>;
}

/** Answers a request in its own way, or has it pass; a throw breaks the connection off. */
export type HttpFault = (exchange: HttpExchange) => Promise<void> | void;

/** A way to an HTTP server on which each request can be given a fault. */
export interface HttpGate {
  readonly url: string;
  /** How many requests it has had. */
  readonly requests: number;
  /** Gives every request from now on to `fault`, before those given earlier, until the returned function is called. */
  use(fault: HttpFault): () => void;
  /** Breaks off every connection that is open. */
  cut(): void;
  close(): Promise<void>;
}

/** Starts a gate on a free port of 127.0.0.1 that passes everything on to `target`. */
export async function startHttpGate(target: URL): Promise<HttpGate> {
  const gate = new RunningGate(target);
  await gate.listen();
  return gate;
}

class RunningGate implements HttpGate {
  requests = 0;
  readonly #target: URL;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #faults: readonly HttpFault[] = [];

  constructor(target: URL) {
    this.#target = target;
    this.#server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      this.requests += 1;
      this.#answer(this.#exchange(request, response)).catch(() => response.socket?.destroy());
    });
    this.#server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.on('close', () => this.#open.delete(socket));
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  use(fault: HttpFault): () => void {
    // A function of its own, so that the same fault may be in use twice.
    const used: HttpFault = (exchange) => fault(exchange);
    this.#faults = [used, ...this.#faults];
    return () => {
      this.#faults = this.#faults.filter((other) => other !== used);
    };
  }

  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #exchange(request: IncomingMessage, response: ServerResponse): HttpExchange {
    const forward = (): Promise<IncomingMessage> => forwarded(this.#target, request);
    return {
      request,
      response,
      number: this.requests,
      forward,
      pass: async () => {
        const answer = await forward();
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        await pipeline(answer, response);
      },
    };
  }

  /** Gives the exchange to the newest fault; what it passes on goes to the one before, at last to the server. */
  async #answer(exchange: HttpExchange): Promise<void> {
    const chain = this.#faults.reduceRight<() => Promise<void>>(
      (next, fault) => async () => fault({ ...exchange, pass: next }),
      exchange.pass,
    );
    await chain();
  }
}

function forwarded(target: URL, request: IncomingMessage): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const onward = ask(
      {
        host: target.hostname,
        port: target.port,
        method: request.method,
        path: request.url,
        headers: request.headers,
        agent: ANEW,
      },
      resolve,
    );
    onward.on('error', reject);
    pipeline(request, onward).catch(reject);
  });
}

import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { CroplineError } from '@cropline/contracts';

/** A request as it came. */
export interface AskedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A real HTTP server that answers as a spec says and keeps what it was asked. */
export class AnsweringServer {
  /** Called once a request has come in whole. */
  answer: (response: ServerResponse) => void = (response) => sendJson(response, 200, {});
  asked: AskedRequest[] = [];
  port = 0;
  #server: Server | null = null;

  /** Where it is. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens on the port it had before, if it had one. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        this.asked.push({ method, url, headers, body: Buffer.concat(parts) });
        this.answer(response);
      });
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

/** Answers with problem+json. */
export function sendProblem(response: ServerResponse, status: number, body: object): void {
  const headers = { 'content-type': 'application/problem+json; charset=utf-8' };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

/** The `CroplineError` that a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<CroplineError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof CroplineError) return error;
  throw new Error(`expected a CroplineError, but received ${String(error)}`);
}

import {
  Agent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { startFauxqs } from 'fauxqs';
import type { ObjectStoreOptions } from '../objects/object-store.js';
import { startHttp, type TestHttp } from './start-http.js';

/** Answers a request in the store's place and returns true, or leaves it to the store. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

/** An S3 server of a spec, with a gate in front that can fail. */
export interface TestS3 {
  /** For `createObjectStore`. */
  readonly options: ObjectStoreOptions;
  readonly gate: TestHttp;
  createBucket(name: string): void;
  /** Asked of every request from now on; without one all go through. */
  setFault(fault?: Fault): void;
  stop(): Promise<void>;
}

/** Starts an S3-compatible server in this process, on free ports. */
export async function startS3(): Promise<TestS3> {
  const server = await startFauxqs({ port: 0, logger: false });
  let fault: Fault = () => false;
  const gate = await startHttp((request, response) => {
    if (!fault(request, response)) forward(request, response, server.port);
  });
  return {
    options: {
      region: 'us-east-1',
      endpoint: gate.origin,
      credentials: { accessKeyId: 'test-key', secretAccessKey: 'test-secret' },
    },
    gate,
    createBucket: (name) => {
      server.createBucket(name);
    },
    setFault: (next = () => false) => {
      fault = next;
    },
    stop: async () => {
      await gate.stop();
      await server.stop();
    },
  };
}

/** A connection a request: one that the server behind closes just when it is used again would look like a fault. */
const ANEW = new Agent({ keepAlive: false });

function forward(request: IncomingMessage, response: ServerResponse, port: number): void {
  const { method, url, headers } = request;
  const upstream = httpRequest(
    { host: '127.0.0.1', port, method, path: url, headers, agent: ANEW },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  upstream.on('error', () => response.destroy());
  request.pipe(upstream);
}

/** Answers as S3 does when it fails. */
export function answerS3Error(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/xml', ...headers });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>told by the spec</Message></Error>`,
  );
}

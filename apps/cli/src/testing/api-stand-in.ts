import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  createBatchRequestSchema,
  ERROR_CODES,
  FINAL_STATUSES,
  type Batch,
  type CreateBatchRequest,
  type ErrorCode,
  type ItemResult,
} from '@cropline/contracts';
import { sampleBatch } from './sample-batch.js';

/** A server that speaks as the API does and does what a spec tells it; it classifies nothing. */
export class ApiStandIn {
  /** What every look at the batch shows, one after the other; the last one stays. */
  looks: Batch[] = [sampleBatch()];
  /** What the list of batches holds. */
  listed: Batch[] = [];
  results: ItemResult[] = [];
  /** Cuts the connection after so many results. */
  cutAfter = Infinity;
  /** Cuts so many of the next looks instead of answering. */
  outages = 0;
  /** Answers every submission with this. */
  refusal: { readonly code: ErrorCode; readonly errors: readonly object[] } | null = null;

  readonly submitted: CreateBatchRequest[] = [];
  /** Method and path of every request. */
  readonly requests: string[] = [];
  readonly #waiting: { readonly pattern: string; readonly resolve: () => void }[] = [];
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  async start(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when a request comes whose method and path hold `pattern`. */
  requested(pattern: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ pattern, resolve }));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const line = `${request.method ?? ''} ${url.pathname}${url.search}`;
    this.requests.push(line);
    for (const { pattern, resolve } of this.#waiting) if (line.includes(pattern)) resolve();
    const [, , , id, action] = url.pathname.split('/');
    if (id === undefined) {
      if (request.method === 'POST') this.#create(await text(request), response);
      else this.#list(url.searchParams, response);
      return;
    }
    const look = this.looks[0];
    if (look === undefined || decodeURIComponent(id) !== look.id) {
      problem(
        response,
        'BATCH_NOT_FOUND',
        `Expected the id of a batch but no batch is called ${id}.`,
      );
    } else if (action === 'cancel') {
      if (FINAL_STATUSES.has(look.status)) {
        problem(
          response,
          'BATCH_STATE_CONFLICT',
          `Expected a batch that runs but ${id} is closed.`,
        );
      } else json(response, 202, { ...look, status: 'cancelling' });
    } else if (action === 'results') {
      await this.#stream(url.searchParams.get('status'), response);
    } else if (this.outages > 0) {
      this.outages -= 1;
      response.destroy();
    } else {
      json(response, 200, look);
      if (this.looks.length > 1) this.looks.shift();
    }
  }

  #create(body: string, response: ServerResponse): void {
    if (this.refusal !== null) {
      const { code, errors } = this.refusal;
      problem(response, code, 'The request has faults.', { errors, errorCount: errors.length });
      return;
    }
    const request = createBatchRequestSchema.parse(JSON.parse(body));
    this.submitted.push(request);
    const { metadata } = request;
    json(response, 202, sampleBatch({ total: request.items?.length ?? 0, metadata }));
  }

  #list(query: URLSearchParams, response: ServerResponse): void {
    const from = Number(query.get('cursor') ?? 0);
    const end = from + Number(query.get('limit'));
    const status = query.get('status');
    const all = this.listed.filter((batch) => status === null || batch.status === status);
    const nextCursor = end < all.length ? String(end) : null;
    json(response, 200, { batches: all.slice(from, end), nextCursor });
  }

  async #stream(status: string | null, response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' });
    let sent = 0;
    for (const result of this.results) {
      if (status !== null && result.status !== status) continue;
      if (sent >= this.cutAfter) {
        response.destroy();
        return;
      }
      sent += 1;
      if (!response.write(`${JSON.stringify(result)}\n`)) {
        await Promise.race([once(response, 'drain'), once(response, 'close')]);
      }
      if (response.destroyed) return;
    }
    response.end();
  }
}

function json(response: ServerResponse, status: number, document: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(document));
}

function problem(response: ServerResponse, code: ErrorCode, detail: string, more = {}): void {
  const { status, retryable } = ERROR_CODES[code];
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  const type = `urn:cropline:error:${code}`;
  response.end(JSON.stringify({ type, title: code, status, detail, code, retryable, ...more }));
}

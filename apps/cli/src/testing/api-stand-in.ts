import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { buffer, text } from 'node:stream/consumers';
import {
  batchSettingsSchema,
  createBatchRequestSchema,
  ERROR_CODES,
  FINAL_STATUSES,
  type Batch,
  type CreateBatchRequest,
  type ErrorCode,
  type Item,
  type ItemResult,
  type Reconciliation,
  type UploadRequest,
} from '@cropline/contracts';
import {
  sampleBatch,
  sampleEstimate,
  sampleReconciliation,
  sampleSummary,
} from './sample-batch.js';

const EVENT_EVERY_MS = 50;

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
  /** What is in the bucket, by its digest. */
  readonly uploaded = new Map<string, Buffer>();
  /** Refuses uploads after so many. */
  uploadsTaken = Infinity;
  /** Whether uploads are never answered. */
  uploadsHeld = false;
  /** What every look at the reconciliation shows, one after the other; the last one stays. */
  reconciliations: Reconciliation[] = [sampleReconciliation()];
  /** Answers every submission with this. */
  refusal: { readonly code: ErrorCode; readonly errors: readonly object[] } | null = null;

  /** What was submitted; of a list, its items and its settings. */
  readonly submitted: CreateBatchRequest[] = [];
  /** The Idempotency-Key of each. */
  readonly keys: (string | undefined)[] = [];
  readonly retries: unknown[] = [];
  /** The types of results that were asked for, other than JSON lines. */
  readonly types: string[] = [];
  /** Method and path of every request. */
  readonly requests: string[] = [];
  /** The Authorization of each. */
  readonly credentials: (string | undefined)[] = [];
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
    this.credentials.push(request.headers.authorization);
    for (const { pattern, resolve } of this.#waiting) if (line.includes(pattern)) resolve();
    const [, , collection, id, action] = url.pathname.split('/');
    if (collection === 'admin') {
      const look = this.reconciliations[0];
      if (this.reconciliations.length > 1) this.reconciliations.shift();
      json(response, request.method === 'POST' ? 202 : 200, look ?? {});
      return;
    }
    if (collection === 'uploads') {
      if (id === undefined) this.#plan(JSON.parse(await text(request)) as UploadRequest, response);
      else this.#put(id, await buffer(request), response);
      return;
    }
    if (id === undefined) {
      if (request.method === 'POST') await this.#create(request, url, response);
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
    } else if (action === 'retry') {
      this.retries.push(JSON.parse(await text(request)));
      json(response, 202, { ...look, status: 'validating' });
    } else if (action === 'summary') {
      json(response, 200, sampleSummary());
    } else if (action === 'results') {
      if (request.headers.accept === 'application/x-ndjson') {
        await this.#stream(url.searchParams.get('status'), response);
      } else {
        this.types.push(request.headers.accept ?? '');
        response.writeHead(200, { 'content-type': request.headers.accept });
        response.end(`file of ${url.search}`);
      }
    } else if (action === 'events') {
      await this.#tell(response);
    } else if (request.method === 'DELETE') {
      response.writeHead(204).end();
    } else if (this.outages > 0) {
      this.outages -= 1;
      response.destroy();
    } else {
      json(response, 200, look);
      if (this.looks.length > 1) this.looks.shift();
    }
  }

  async #create(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (this.refusal !== null) {
      const { code, errors } = this.refusal;
      problem(response, code, 'The request has faults.', { errors, errorCount: errors.length });
      return;
    }
    const settings = url.searchParams.get('settings');
    const submitted =
      settings === null
        ? createBatchRequestSchema.parse(JSON.parse(body))
        : {
            ...batchSettingsSchema.parse(JSON.parse(settings)),
            items: itemsOf(body, request.headers['content-type']),
          };
    const total = submitted.items?.length ?? 0;
    if (submitted.dryRun === true) {
      json(response, 200, sampleEstimate(total));
      return;
    }
    this.submitted.push(submitted);
    this.keys.push(request.headers['idempotency-key'] as string | undefined);
    json(response, 202, sampleBatch({ total, metadata: submitted.metadata }));
  }

  #plan({ files }: UploadRequest, response: ServerResponse): void {
    const planned = files.map(({ sha256 }) => {
      const exists = this.uploaded.has(sha256);
      const put = { url: `${this.url}/v1/uploads/${sha256}`, headers: {}, expiresAt: '' };
      return { sha256, url: `s3://labels/uploads/${sha256}`, exists, put: exists ? null : put };
    });
    json(response, 200, { files: planned });
  }

  #put(sha256: string, bytes: Buffer, response: ServerResponse): void {
    if (this.uploadsHeld) return;
    const taken = this.uploaded.size < this.uploadsTaken;
    if (taken) this.uploaded.set(sha256, bytes);
    response.writeHead(taken ? 200 : 403).end();
  }

  /** Every look as an event, until the last one is told, or the connection is cut for an outage. */
  async #tell(response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let id = 1; !response.destroyed; id += 1) {
      if (this.outages > 0) {
        this.outages -= 1;
        response.destroy();
        return;
      }
      const look = this.looks[0];
      const final = look !== undefined && FINAL_STATUSES.has(look.status);
      response.write(
        `event: ${final ? 'finished' : 'progress'}\nid: ${id}\ndata: ${JSON.stringify(look)}\n\n`,
      );
      if (final) break;
      if (this.looks.length > 1) this.looks.shift();
      await pause(EVENT_EVERY_MS);
    }
    response.end();
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

/** The items of a list: CSV is taken as one URL a line after the first. */
function itemsOf(body: string, type: string | undefined): Item[] {
  const lines = body.trimEnd().split('\n');
  if (type === 'text/csv') return lines.slice(1).map((url, index) => ({ id: String(index), url }));
  return lines.map((line) => JSON.parse(line) as Item);
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

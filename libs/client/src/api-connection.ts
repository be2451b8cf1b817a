import { CroplineError } from '@cropline/contracts';
import { errorOfResponse, foreignAnswer, unreachable } from './api-error.js';
import { readNdjson } from './ndjson-lines.js';

/** One request to the API. `path` begins with `/v1`; parameters left undefined are not sent. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly binary?: { readonly bytes: Uint8Array; readonly contentType: string };
  readonly signal?: AbortSignal | undefined;
}

/** Sends requests to one API and turns whatever goes wrong into a `CroplineError`. */
export class ApiConnection {
  readonly #baseUrl: string;
  readonly #fetch: typeof fetch;

  /** @throws `USAGE_INVALID` when `baseUrl` is no http(s) URL that can be called. */
  constructor(baseUrl: string, fetchImplementation: typeof fetch) {
    this.#baseUrl = checkedBaseUrl(baseUrl);
    this.#fetch = fetchImplementation;
  }

  /** The JSON document of a successful answer. */
  async json(request: ApiRequest): Promise<unknown> {
    const response = await this.#send(request, 'application/json');
    const type = response.headers.get('content-type') ?? '';
    if (!/^application\/json\b/iu.test(type)) {
      await response.body?.cancel().catch(() => undefined);
      throw foreignAnswer(this.#baseUrl, response);
    }
    return this.#reading(request, () => response.json());
  }

  /** The lines of a successful NDJSON answer. */
  async *lines(request: ApiRequest): AsyncGenerator {
    const response = await this.#send(request, 'application/x-ndjson');
    const type = response.headers.get('content-type') ?? '';
    if (!/^application\/x-ndjson\b/iu.test(type) || response.body === null) {
      await response.body?.cancel().catch(() => undefined);
      throw foreignAnswer(this.#baseUrl, response);
    }
    const lines = readNdjson(response.body);
    try {
      for (;;) {
        const next = await this.#reading(request, () => lines.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await lines.return(undefined);
    }
  }

  async #send(request: ApiRequest, accept: string): Promise<Response> {
    const url = new URL(this.#baseUrl + request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const { json, binary } = request;
    const body = binary?.bytes ?? (json === undefined ? null : JSON.stringify(json));
    const type = binary?.contentType ?? (body === null ? null : 'application/json');
    const response = await this.#reading(request, () =>
      // Called without a receiver: a browser's fetch refuses any but its window.
      (0, this.#fetch)(url, {
        method: request.method ?? 'GET',
        headers: { accept, ...(type === null ? {} : { 'content-type': type }) },
        body,
        signal: request.signal ?? null,
      }),
    );
    if (!response.ok) throw await errorOfResponse(this.#baseUrl, response);
    return response;
  }

  async #reading<T>(request: ApiRequest, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      request.signal?.throwIfAborted();
      throw unreachable(this.#baseUrl, error);
    }
  }
}

function checkedBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const usable =
    url !== null &&
    /^https?:$/u.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (!usable) {
    throw new CroplineError(
      'USAGE_INVALID',
      'Expected the URL of an API such as http://127.0.0.1:3000, without user, password or query.',
    );
  }
  return url.href.replace(/\/+$/u, '');
}

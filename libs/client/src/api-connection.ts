import { CroplineError } from '@cropline/contracts';
import { errorOfResponse, foreignAnswer, unreachable } from './api-error.js';
import { retrying } from './retrying.js';

/** One request to the API. `path` begins with `/v1`; parameters left undefined are not sent. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is; a stream can be sent once only. */
  readonly body?: { readonly bytes: Uint8Array | ReadableStream; readonly contentType: string };
  /** Whether sending it twice does no more than sending it once. Default: all but POST. */
  readonly repeatable?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Sends requests to one API and turns whatever goes wrong into a `CroplineError`. */
export class ApiConnection {
  readonly #baseUrl: string;
  readonly #fetch: typeof fetch;
  readonly #credentials: Readonly<Record<string, string>>;
  /** How often a request is sent again that may be. */
  readonly retries: number;

  /** @throws `USAGE_INVALID` when `baseUrl` is no http(s) URL that can be called, or the key cannot be sent. */
  constructor(
    baseUrl: string,
    fetchImplementation: typeof fetch,
    { retries, apiKey }: { readonly retries: number; readonly apiKey?: string | undefined },
  ) {
    this.#baseUrl = checkedBaseUrl(baseUrl);
    this.#fetch = fetchImplementation;
    this.#credentials =
      apiKey === undefined ? {} : { authorization: `Bearer ${checkedKey(apiKey)}` };
    this.retries = retries;
  }

  /** The JSON document of a successful answer; what passes is waited out when the request is repeatable. */
  json(request: ApiRequest): Promise<unknown> {
    return this.#repeating(request, () => this.jsonOnce(request));
  }

  /** The JSON document of a successful answer, asked for once. */
  async jsonOnce(request: ApiRequest): Promise<unknown> {
    const response = await this.open(request, 'application/json');
    return this.#reading(request, () => response.json());
  }

  /** Sends a request whose successful answer has no content; as `json` does. */
  async done(request: ApiRequest): Promise<void> {
    await this.#repeating(request, async () => {
      const response = await this.#send(request, 'application/json');
      await response.body?.cancel().catch(() => undefined);
    });
  }

  /** A successful answer of the type that was asked for, whose body is yet to be read. Sent once. */
  async open(request: ApiRequest, type: string): Promise<Response> {
    const response = await this.#send(request, type);
    const [received = ''] = (response.headers.get('content-type') ?? '').toLowerCase().split(';');
    if (received.trim() === type || response.status === 204) return response;
    await response.body?.cancel().catch(() => undefined);
    throw foreignAnswer(this.#baseUrl, response);
  }

  /** The bytes of an answer as they arrive. Leaving the loop early cancels it. */
  async *bytesOf(request: ApiRequest, response: Response): AsyncGenerator<Uint8Array> {
    // Not `for await`: some browsers' streams cannot be iterated.
    const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
    if (reader === undefined) return;
    try {
      for (;;) {
        const { done, value } = await this.#reading(request, () => reader.read());
        if (done) return;
        yield value;
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }

  /** What was answered is not what a Cropline API answers. */
  unreadable(cause: unknown): CroplineError {
    return unreachable(this.#baseUrl, cause);
  }

  async #repeating<T>(request: ApiRequest, work: () => Promise<T>): Promise<T> {
    const repeatable = request.repeatable ?? (request.method ?? 'GET') !== 'POST';
    return repeatable ? retrying(work, this.retries, request.signal) : work();
  }

  async #send(request: ApiRequest, accept: string): Promise<Response> {
    const url = new URL(this.#baseUrl + request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const { json } = request;
    const body =
      json === undefined
        ? request.body
        : { bytes: JSON.stringify(json), contentType: 'application/json' };
    const response = await this.#reading(request, () =>
      // Called without a receiver: a browser's fetch refuses any but its window.
      (0, this.#fetch)(url, {
        method: request.method ?? 'GET',
        headers: {
          ...request.headers,
          ...this.#credentials,
          accept,
          ...(body === undefined ? {} : { 'content-type': body.contentType }),
        },
        ...(body === undefined ? {} : { body: body.bytes }),
        // Of a body that is streamed, the answer is waited for when it is sent.
        ...(body?.bytes instanceof ReadableStream ? { duplex: 'half' } : {}),
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

/** What `fetch` refuses as a header it would repeat in its error. */
function checkedKey(key: string): string {
  if (/^[\x21-\x7e]+$/u.test(key)) return key;
  throw new CroplineError(
    'USAGE_INVALID',
    'Expected an API key such as cropline_…, without blanks or line breaks in it.',
  );
}

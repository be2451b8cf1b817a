import type { Agent, Dispatcher } from 'undici';
import { TooManyBytesError } from '../bytes/collect-bytes.js';
import { TooSlowError, type Pace } from '../bytes/keeping-pace.js';
import { CutShortError, isRangeWhole } from './whole-answer.js';

/** What is asked for, ready to be sent. */
export interface DirectRequest {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The most bytes to take, and who may end the request. */
export interface ReadLimits {
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** What bounds a direct request. */
export interface DirectLimits extends ReadLimits {
  /** The slowest that the body may come. */
  readonly pace: Pace;
}

/** A whole answer. */
export interface DirectAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Whether an answer holds the object: all of it, or the range that is all of it. */
export const isObject = (status: number): boolean => status === 200 || status === 206;

/** Of the body of an error, which is some hundred bytes of XML, no more is kept. */
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * Asks for something over HTTP with no layer in between, and copies the body, as it arrives, to where it
 * stays.
 *
 * @throws TooManyBytesError as soon as the body is known to be larger; TooSlowError; the signal's reason; what undici gives
 *   for a connection that fails, also one that ends before the body does.
 */
export function directGet(
  agent: Agent,
  { origin, path, headers }: DirectRequest,
  limits: DirectLimits,
): Promise<DirectAnswer> {
  return new Promise((resolve, reject) => {
    agent.dispatch(
      { origin, path, method: 'GET', headers },
      new Receiver(limits, { resolve, reject }),
    );
  });
}

class Receiver implements Dispatcher.DispatchHandler {
  readonly #limits: DirectLimits;
  readonly #settle: { resolve(answer: DirectAnswer): void; reject(error: Error): void };
  #controller: Dispatcher.DispatchController | null = null;
  #status = 0;
  #headers: DirectAnswer['headers'] = {};
  #limit = MAX_ERROR_BYTES;
  #body: Buffer | null = null;
  #pieces: Buffer[] = [];
  #received = 0;
  #paceTimer: NodeJS.Timeout | undefined;

  constructor(
    limits: DirectLimits,
    settle: { resolve(answer: DirectAnswer): void; reject(error: Error): void },
  ) {
    this.#limits = limits;
    this.#settle = settle;
    limits.signal?.addEventListener('abort', this.#onAbort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#limits.signal?.aborted === true) this.#onAbort();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: DirectAnswer['headers'],
  ): void {
    this.#status = status;
    this.#headers = headers;
    this.#keepPace(controller);
    if (!isObject(status)) return;
    this.#limit = this.#limits.maxBytes;
    const announced = Number(headers['content-length'] ?? Number.NaN);
    if (!Number.isSafeInteger(announced)) return;
    const contentRange = headers['content-range'];
    if (typeof contentRange === 'string' && !isRangeWhole(contentRange, announced)) {
      controller.abort(new CutShortError());
      return;
    }
    if (announced > this.#limit) {
      controller.abort(new TooManyBytesError(this.#limit, announced));
    } else {
      this.#body = Buffer.allocUnsafeSlow(announced);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const at = this.#received;
    this.#received += chunk.length;
    if (this.#received > this.#limit) {
      // Of an error, its beginning tells enough.
      if (!isObject(this.#status)) this.onResponseEnd();
      controller.abort(new TooManyBytesError(this.#limit));
    } else if (this.#body === null) {
      this.#pieces.push(chunk);
    } else {
      chunk.copy(this.#body, at);
    }
  }

  onResponseEnd(): void {
    this.#end();
    this.#settle.resolve({
      status: this.#status,
      headers: this.#headers,
      body: this.#body ?? Buffer.concat(this.#pieces),
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end();
    this.#settle.reject(error);
  }

  /** Looks from time to time whether enough has come since it last did; here nothing makes the body wait. */
  #keepPace(controller: Dispatcher.DispatchController): void {
    const { pace } = this.#limits;
    let before = 0;
    this.#paceTimer = setInterval(() => {
      const came = this.#received - before;
      before = this.#received;
      if (came < pace.leastBytes) controller.abort(new TooSlowError(came, pace));
    }, pace.withinMs).unref();
  }

  #end(): void {
    clearInterval(this.#paceTimer);
    this.#limits.signal?.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    const reason = this.#limits.signal?.reason as Error;
    // Before it has a connection there is nothing to abort; it is when it gets one.
    this.#settle.reject(reason);
    this.#controller?.abort(reason);
  };
}

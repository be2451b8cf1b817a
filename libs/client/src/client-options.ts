import type { ClassifyOptionsInput, ItemResult } from '@cropline/contracts';

/** Where the API is, and with what it is called. */
export interface CroplineClientOptions {
  /** Such as `http://127.0.0.1:3000`; a path before `/v1` is kept. */
  readonly baseUrl: string;
  /** Sent with every call to an API that asks for one: `cropline_<id>_<secret>`. */
  readonly apiKey?: string | undefined;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
  /**
   * How often a call is tried again that failed with what passes (no connection, 429, 502, 503, 504), with
   * growing pauses or as long as `Retry-After` says. Only calls that may be repeated are. Default: 3.
   */
  readonly retries?: number;
}

/** What every call takes. An aborted signal ends it with the signal's reason. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** How a batch is submitted. */
export interface SubmitOptions extends CallOptions {
  /** A name of your own for this request: whoever repeats it with the same gets the same batch. */
  readonly idempotencyKey?: string | undefined;
}

/** How a list of items is submitted. */
export interface SubmitLinesOptions extends SubmitOptions {
  /** `jsonl`: one `{"id":…,"url":…}` a line; `csv`: a first line that names the columns `url` and, if wanted, `id`. */
  readonly format: 'jsonl' | 'csv';
}

/** Which results are read. */
export interface ResultFilters {
  readonly status?: ItemResult['status'] | undefined;
  /** Of the best prediction: in either case, whole, or one of its names between commas. */
  readonly label?: string | undefined;
  /** The least score of the best prediction, 0 to 1. */
  readonly minScore?: number | undefined;
}

/** What results come as. */
export type ResultsFormat = 'jsonl' | 'csv' | 'parquet';

/** Which results are downloaded, and as what. */
export interface DownloadOptions extends ResultFilters, CallOptions {
  /** Default: jsonl. */
  readonly format?: ResultsFormat | undefined;
}

/** How files are uploaded. */
export interface UploadOptions extends CallOptions {
  /** How many are sent at a time; default 8. */
  readonly concurrency?: number | undefined;
}

/** An image to classify now: where it is, or its bytes with their content type (`image/jpeg`). */
export type ImageInput =
  { readonly url: string } | { readonly bytes: Uint8Array; readonly contentType: string };

/** How an image is classified, and how long to wait for it (milliseconds, at most 120,000). */
export interface ClassifyCallOptions extends ClassifyOptionsInput, CallOptions {
  readonly waitMs?: number | undefined;
}

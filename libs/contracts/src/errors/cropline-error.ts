import { ERROR_CODES, type ErrorCode } from './error-codes.js';

/** What a `CroplineError` may carry beside its code and message. */
export interface CroplineErrorOptions {
  /** What caused it; kept for logs, never shown to a caller. */
  readonly cause?: unknown;
  /** Overrides the code's default: whether the same call, unchanged, may succeed later. */
  readonly retryable?: boolean;
  /** Facts for a program: numbers, names, indexes. No secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The one error type that crosses a boundary of Cropline (library, process, HTTP).
 *
 * The message is one sentence for a person: what was expected, what came, what to do. `code` is for
 * programs and never changes its meaning; both are documented in docs/errors.md.
 */
export class CroplineError extends Error {
  override readonly name = 'CroplineError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: CroplineErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? ERROR_CODES[code].retryable;
    this.details = options.details;
  }

  /** The HTTP status that the API answers with for this code. */
  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  /** Plain data that survives a process or thread boundary; `fromJSON` turns it back. */
  toJSON(): SerializedCroplineError {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }

  static fromJSON(data: SerializedCroplineError): CroplineError {
    return new CroplineError(data.code, data.message, {
      retryable: data.retryable,
      ...(data.details === undefined ? {} : { details: data.details }),
    });
  }
}

/** A `CroplineError` as plain data. */
export interface SerializedCroplineError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The message of anything thrown, for a sentence of ours; never a stack trace. */
export function describeCause(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

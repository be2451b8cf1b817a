import { describeCause, type ErrorCode } from '@cropline/contracts';
import { systemCode } from './file-error.js';

/** Why one source did not give the weights: a fragment of the sentence that is told in the end. */
export class SourceFailure extends Error {
  override readonly name = 'SourceFailure';
  readonly code: ErrorCode;
  /** Whether asking the same source again soon may help. */
  readonly transient: boolean;

  constructor(
    reason: string,
    options: { code?: ErrorCode; transient?: boolean; cause?: unknown } = {},
  ) {
    super(reason, { cause: options.cause });
    this.code = options.code ?? 'MODEL_UNAVAILABLE';
    this.transient = options.transient ?? false;
  }
}

/** A digest that is not the expected one. */
export function digestFailure(expected: string, came: string): SourceFailure {
  return new SourceFailure(`its sha256 is ${came} where ${expected} was expected`, {
    code: 'MODEL_DIGEST_MISMATCH',
  });
}

const NETWORK_REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host name does not resolve',
  EAI_AGAIN: 'its host name does not resolve',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  EPIPE: 'the connection broke',
  ETIMEDOUT: 'the host does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'the host does not answer',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no network',
  ...Object.fromEntries(
    [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ].map((code) => [
      code,
      'its certificate is not trusted; NODE_EXTRA_CA_CERTS can name a file of further authorities',
    ]),
  ),
};

/** What went wrong on the network, of an error that fetch threw: it hides the cause one level down. */
export function networkFailure(error: unknown): SourceFailure {
  let cause = error;
  while (systemCode(cause) === undefined && hasCause(cause)) cause = cause.cause;
  const code = systemCode(cause);
  const known = code === undefined ? undefined : NETWORK_REASONS[code];
  const reason = known ?? describeCause(cause);
  return new SourceFailure(code === undefined ? reason : `${reason} (${code})`, {
    transient: true,
    cause: error,
  });
}

function hasCause(error: unknown): error is { readonly cause: object } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'cause' in error &&
    typeof error.cause === 'object' &&
    error.cause !== null
  );
}

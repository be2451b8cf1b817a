import { CroplineError, isErrorCode } from '@cropline/contracts';

/** Answers of a gateway before the API, or of an API that is just going: the same call may succeed later. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** A connection that could not be made or broke, as `API_UNREACHABLE`. `cause` is what fetch threw. */
export function unreachable(baseUrl: string, cause: unknown): CroplineError {
  return new CroplineError(
    'API_UNREACHABLE',
    `Expected the API at ${baseUrl} to answer, but the connection failed (${reasonOf(cause)}): check the URL and that the API runs.`,
    { cause },
  );
}

/**
 * fetch says only "fetch failed"; what happened is in the cause below it, or in the first of several (one an
 * address). By shape, not `instanceof`: the error may come from another realm.
 */
function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { code, cause, errors, message }: { [key in ErrorField]?: unknown } = error;
  if (typeof code === 'string') return code;
  if (Array.isArray(errors) && errors.length > 0) return reasonOf(errors[0]);
  if (cause !== undefined) return reasonOf(cause);
  return typeof message === 'string' ? message : 'no reason given';
}

type ErrorField = 'code' | 'cause' | 'errors' | 'message';

/** An answer that no Cropline API gives: another server, or a proxy in between. */
export function foreignAnswer(baseUrl: string, response: Response): CroplineError {
  const type = response.headers.get('content-type') ?? 'no content type';
  const retryAfterMs = retryAfter(response);
  return new CroplineError(
    'API_UNREACHABLE',
    `Expected a Cropline API at ${baseUrl}, but received status ${response.status} with ${type}: check the URL and what answers there.`,
    {
      retryable: PASSING_STATUSES.has(response.status),
      details: {
        status: response.status,
        ...(retryAfterMs === null ? {} : { retryAfterMs }),
      },
    },
  );
}

/**
 * The error that an unsuccessful answer stands for: its problem+json as a `CroplineError` with the same code,
 * `detail` as message and the rest in `details`, or `API_UNREACHABLE` when it is not the API that answered.
 */
export async function errorOfResponse(baseUrl: string, response: Response): Promise<CroplineError> {
  const problem = await readProblem(response);
  if (problem === null) return foreignAnswer(baseUrl, response);
  const { code, detail, retryable, errors, errorCount, requestId } = problem;
  const retryAfterMs = retryAfter(response);
  // A newer API may have codes that this client does not know.
  const known = isErrorCode(code);
  return new CroplineError(known ? code : 'INTERNAL', detail, {
    retryable: retryable === true,
    details: {
      status: response.status,
      ...(known ? {} : { code }),
      ...(errors === undefined ? {} : { errors }),
      ...(errorCount === undefined ? {} : { errorCount }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    },
  });
}

/** What `Retry-After` asks for, in milliseconds; it is seconds, or a date. */
function retryAfter({ headers }: Response): number | null {
  const text = headers.get('retry-after');
  if (text === null) return null;
  const ms = /^\d{1,9}$/u.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

interface ProblemFields {
  readonly code: string;
  readonly detail: string;
  readonly [field: string]: unknown;
}

async function readProblem(response: Response): Promise<ProblemFields | null> {
  const type = response.headers.get('content-type') ?? '';
  if (!/^application\/problem\+json\b/iu.test(type)) {
    await response.body?.cancel().catch(() => undefined);
    return null;
  }
  const document: unknown = await response.json().catch(() => null);
  return isProblem(document) ? document : null;
}

function isProblem(value: unknown): value is ProblemFields {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'detail' in value &&
    typeof value.detail === 'string'
  );
}

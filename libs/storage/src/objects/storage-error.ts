import { CroplineError, describeCause, type ErrorCode } from '@cropline/contracts';
import { retryAfterMs } from '../retry-after.js';
import { shownUrl } from '../shown-url.js';
import { systemCode, UNTRUSTED } from '../system-code.js';
import { CLOCK_SKEWED, MUTE_REFUSALS } from './clock-skew.js';

/** The parts of an error of the AWS SDK that decide what it means here. */
interface SdkFacts {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
}

/** What S3 calls an object or bucket that is not there; a HEAD has no body, only the status. */
const MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchBucket', 'NotFound']);

/** Faults of the location itself, whatever the store holds. */
const BAD_LOCATION: ReadonlySet<string> = new Set([
  'InvalidBucketName',
  'KeyTooLongError',
  'InvalidObjectName',
]);

/** Answers of S3 that the same request would get again, and what to do about them. */
const FINAL_ADVICE: Readonly<Record<string, string>> = {
  PermanentRedirect: 'the bucket lies in another region; set S3_REGION to it',
  AuthorizationHeaderMalformed: 'the bucket lies in another region; set S3_REGION to it',
  IllegalLocationConstraintException: 'the bucket lies in another region; set S3_REGION to it',
};

const REFUSED_ADVICE: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'there are no credentials; set AWS_ACCESS_KEY_ID and its secret',
  InvalidAccessKeyId: 'the access key is not known there',
  SignatureDoesNotMatch: 'the secret key does not match the access key',
  InvalidObjectState: 'the object is archived; restore it first',
};

/** Refusals that end by themselves, once the service has other credentials or the right time. */
const EXPIRED_ADVICE: Readonly<Record<string, string>> = {
  ExpiredToken: 'the session token has expired; renew it where it comes from',
  ExpiredTokenException: 'the session token has expired; renew it where it comes from',
  TokenRefreshRequired: 'the session token has to be renewed',
  RequestExpired: 'the signature came too late; check the clock of this machine',
  RequestTimeTooSkewed: 'the clock of this machine is wrong',
};

/** What stores answer that have no room left, whatever its status: some say 403, as if it were for good. */
const FULL: ReadonlySet<string> = new Set([
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'QuotaExceeded',
  'InsufficientStorage',
  'InsufficientCapacity',
]);

/** Whether the store refuses the credentials, or the clock, that it took before. */
export function isExpired(error: unknown): boolean {
  return Object.hasOwn(EXPIRED_ADVICE, sdkFacts(error).name);
}

/**
 * The one place where errors of the AWS SDK get their `STORAGE_*` code. `details` holds the HTTP status,
 * and `retryAfterMs` where the store asked for a pause.
 */
export function storageError(error: unknown, url: string): CroplineError {
  if (error instanceof CroplineError) return error;
  const facts = sdkFacts(error);
  const { name, status } = facts;
  const shown = shownUrl(url);
  const fault = (
    code: ErrorCode,
    message: string,
    options: { retryable?: boolean } = {},
  ): CroplineError => {
    const pause = retryAfterMs(facts.retryAfter);
    const details = {
      ...(status === undefined ? {} : { status }),
      ...(pause === undefined ? {} : { retryAfterMs: pause }),
    };
    return new CroplineError(code, message, {
      ...options,
      cause: error,
      ...(Object.keys(details).length === 0 ? {} : { details }),
    });
  };
  if (name === 'NoSuchBucket') {
    return fault('STORAGE_OBJECT_NOT_FOUND', `There is no bucket for ${shown}.`);
  }
  if (MISSING.has(name) || status === 404) {
    return fault(
      'STORAGE_OBJECT_NOT_FOUND',
      `There is nothing at ${shown}; check bucket and key, which are case sensitive.`,
    );
  }
  const expired = EXPIRED_ADVICE[name];
  if (expired !== undefined) {
    return fault(
      'STORAGE_CREDENTIALS_EXPIRED',
      `The object store refused access to ${shown} for now: ${expired}.`,
    );
  }
  if (FULL.has(name) || status === 507) {
    return fault(
      'STORAGE_UNAVAILABLE',
      `The object store has no room for ${shown} (${name}); make room, or raise its quota.`,
    );
  }
  if (name === CLOCK_SKEWED) {
    return fault(
      'STORAGE_UNAVAILABLE',
      `The object store refused access to ${shown} without saying why, and its clock is minutes away from that of this machine; set both right.`,
    );
  }
  const refused = REFUSED_ADVICE[name];
  if (refused !== undefined || status === 401 || status === 403) {
    return fault(
      'STORAGE_ACCESS_DENIED',
      `The object store refused access to ${shown}: ${refused ?? `it answered ${name}`}.`,
    );
  }
  if (BAD_LOCATION.has(name)) {
    return fault('STORAGE_LOCATION_INVALID', `The object store cannot hold ${shown}: ${name}.`);
  }
  if (name === 'PreconditionFailed') {
    return fault('STORAGE_UNAVAILABLE', `${shown} was replaced while it was read; read it anew.`);
  }
  const advice = FINAL_ADVICE[name];
  if (advice !== undefined) {
    return fault('STORAGE_UNAVAILABLE', `The object store does not serve ${shown}: ${advice}.`, {
      retryable: false,
    });
  }
  const untrusted = UNTRUSTED.test(systemCode(error) ?? '')
    ? '; NODE_EXTRA_CA_CERTS can name a file of further authorities'
    : '';
  const reason =
    status === undefined ? `${facts.message}${untrusted}` : `it answered ${status} ${name}`;
  return fault('STORAGE_UNAVAILABLE', `The object store failed at ${shown}: ${reason}.`);
}

/**
 * Whether the store refused without saying why: the answer to a HEAD has no body. It may mean credentials that
 * expired, or a clock that no `Date` tells of, and not that access is denied.
 */
export function isMuteRefusal(error: unknown): boolean {
  if (!(error instanceof CroplineError) || error.code !== 'STORAGE_ACCESS_DENIED') return false;
  return MUTE_REFUSALS.has(sdkFacts(error.cause).name);
}

/** Whether the store said that the range begins behind the end of the object. */
export function isRangeBeyondEnd(error: unknown): boolean {
  const { name, status } = sdkFacts(error);
  return name === 'InvalidRange' || status === 416;
}

/** Read by shape, not by class: an error of the HTTP layer comes as it is. */
function sdkFacts(error: unknown): SdkFacts {
  if (typeof error !== 'object' || error === null) {
    return { name: '', message: String(error), status: undefined, retryAfter: undefined };
  }
  const { name, message, $metadata, $response } = error as {
    readonly name?: string;
    readonly message?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  };
  return {
    name: name ?? '',
    message: (message ?? describeCause(error)).replace(/\.$/, ''),
    status: $metadata?.httpStatusCode,
    retryAfter: $response?.headers?.['retry-after'],
  };
}

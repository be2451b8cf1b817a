import type { S3Client } from '@aws-sdk/client-s3';

/** The name of a refusal that does not say why, from a store by whose clock the signature is minutes off. */
export const CLOCK_SKEWED = 'ClockSkewed';

/** What S3 says itself where its answer has a body. */
const TOLD = 'RequestTimeTooSkewed';
/** What the SDK, too, takes for a wrong clock. Stores bear with more, S3 with a quarter of an hour. */
const LEAST_SKEW_MS = 240_000;
/** The SDK's names for a refusal without a body, as every answer to a HEAD is. */
export const MUTE_REFUSALS: ReadonlySet<string> = new Set([
  'Unknown',
  'UnknownError',
  'Forbidden',
  '403',
]);

/** The parts of an error of the SDK that tell of a wrong clock. */
interface Refusal {
  name: string;
  readonly $metadata: { readonly httpStatusCode?: number; clockSkewCorrected?: boolean };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/**
 * Has a client sign anew, by the clock of the store, what the store refused for the clock, whatever its
 * settings say of attempts: the request was not looked at. If that is refused too, it is tried again as any
 * passing failure.
 *
 * The SDK by itself takes each answer's `Date` for the time, but tries again only while the clock of this
 * machine is the wrong one: not where a clock that was wrong has been put right, and requests are still signed
 * by what it was off.
 */
export function signByStoreClock(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (isRefusal(error) && isForClock(error, signedAt(args.request))) {
          if (error.name !== TOLD) error.name = CLOCK_SKEWED;
          // What the SDK's retries go by.
          error.$metadata.clockSkewCorrected = true;
        }
        throw error;
      }
    },
    // Around the deserializer, which makes the errors, and below the signer, which takes over the time.
    { step: 'deserialize', priority: 'high', name: 'tellClockSkew' },
  );
  client.middlewareStack.addRelativeTo(signedAnew, {
    relation: 'before',
    toMiddleware: 'httpSigningMiddleware',
    name: 'signByStoreClock',
  });
}

/** Hands a request to the signer for a second time when the first was refused for the clock. */
const signedAnew =
  <Args, Answer>(next: (args: Args) => Promise<Answer>) =>
  async (args: Args): Promise<Answer> => {
    try {
      return await next(args);
    } catch (error) {
      if (!isRefusal(error) || (error.name !== TOLD && error.name !== CLOCK_SKEWED)) throw error;
      return await next(args);
    }
  };

function isForClock({ name, $response }: Refusal, signed: number): boolean {
  if (name === TOLD) return true;
  const { date = '', age } = $response?.headers ?? {};
  // A cache tells when it was told.
  if (!MUTE_REFUSALS.has(name) || age !== undefined) return false;
  return Math.abs(Date.parse(date) - signed) >= LEAST_SKEW_MS;
}

function isRefusal(error: unknown): error is Refusal {
  if (!(error instanceof Error)) return false;
  const { $metadata } = error as Partial<Refusal>;
  return $metadata?.httpStatusCode === 403;
}

/** By which time a request is signed; NaN for one that is not. */
function signedAt(request: unknown): number {
  const { headers } = request as { readonly headers?: Readonly<Record<string, string>> };
  const stamp = headers?.['x-amz-date'] ?? '';
  return Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:'));
}

import type { S3Client } from '@aws-sdk/client-s3';
import { CROPLINE_VERSION } from '@cropline/contracts';
import { Agent } from 'undici';
import type { Pace } from '../bytes/keeping-pace.js';
import type { BucketAddress } from './bucket-address.js';
import { directGet, isObject, type DirectAnswer, type ReadLimits } from './direct-get.js';
import { objectPath } from './object-path.js';
import type { S3Location } from './s3-url.js';
import { WHOLE } from './whole-answer.js';

/** How a direct reader connects. */
export interface DirectReaderOptions {
  /** Whose credentials, signer and clock are used. */
  readonly client: S3Client;
  readonly maxSockets: number;
  readonly connectTimeoutMs: number;
  /** The slowest that bodies may come; a connection on which nothing moves for so long is given up. */
  readonly pace: Pace;
}

type Signer = Awaited<ReturnType<S3Client['config']['signer']>>;

/** The digest of no bytes: what the signature of a request without a body covers. */
const NO_BODY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Answers that the SDK knows a way out of: another region, the clock put right, new credentials. */
const MENDED_BY_SDK: ReadonlySet<string> = new Set([
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'PermanentRedirect',
  'TemporaryRedirect',
  'RequestTimeTooSkewed',
  'ExpiredToken',
  'InvalidToken',
]);

/**
 * Reads whole objects of buckets whose address is known, at a seventh of what the SDK costs a read: its signer,
 * and an HTTP client under it. A worker does this for every image, on cores that inference wants.
 *
 * What is not known of a bucket is not guessed: its first read goes through the SDK, and tells.
 */
export class DirectReader {
  readonly #options: DirectReaderOptions;
  readonly #agent: Agent;
  readonly #buckets = new Map<string, { address: BucketAddress; signer: Promise<Signer> }>();

  constructor(options: DirectReaderOptions) {
    this.#options = options;
    this.#agent = new Agent({
      connections: options.maxSockets,
      connect: { timeout: options.connectTimeoutMs },
      headersTimeout: options.pace.withinMs,
      bodyTimeout: options.pace.withinMs,
    });
  }

  /** Takes note of where a bucket is. */
  learn(bucket: string, address: BucketAddress): void {
    if (this.#buckets.has(bucket)) return;
    const signer = this.#options.client.config.signer({
      name: 'sigv4',
      signingName: 's3',
      signingRegion: address.region,
      properties: {},
    });
    // Whoever reads hears of it.
    signer.catch(() => undefined);
    this.#buckets.set(bucket, { address, signer });
  }

  /**
   * The bytes of an object, asked for once; null when the SDK has to be asked, which knows more of this
   * bucket, or will.
   *
   * @throws TooManyBytesError; the signal's reason; errors of undici; errors of the shape that the SDK gives
   *   to the answers of a store.
   */
  async read({ bucket, key }: S3Location, limits: ReadLimits): Promise<Buffer | null> {
    const known = this.#buckets.get(bucket);
    if (known === undefined) return null;
    const { address } = known;
    const path = `${address.base}${objectPath(key)}`;
    const headers = await this.#signed(await known.signer, address, path);
    const answer = await directGet(
      this.#agent,
      { origin: address.origin, path, headers },
      { ...limits, pace: this.#options.pace },
    );
    if (isObject(answer.status)) return answer.body;
    const error = answerError(answer);
    const redirected = answer.status >= 300 && answer.status < 400;
    if (!redirected && !MENDED_BY_SDK.has(error.name)) throw error;
    this.#buckets.delete(bucket);
    return null;
  }

  /** Gives all connections up. */
  close(): void {
    this.#agent.destroy().catch(() => undefined);
  }

  async #signed(
    signer: Signer,
    { origin, host }: BucketAddress,
    path: string,
  ): Promise<Readonly<Record<string, string>>> {
    const { protocol, hostname } = new URL(origin);
    const { systemClockOffset } = this.#options.client.config;
    const { headers } = await signer.sign(
      {
        method: 'GET',
        protocol,
        hostname,
        path,
        query: {},
        headers: {
          host,
          range: WHOLE,
          'user-agent': `cropline/${CROPLINE_VERSION}`,
          'x-amz-content-sha256': NO_BODY,
        },
      },
      { signingDate: new Date(Date.now() + systemClockOffset) },
    );
    return headers;
  }
}

/** What a store answered instead of an object, as an error of the shape that the SDK gives to it. */
function answerError({ status, headers, body }: DirectAnswer): Error {
  const text = body.toString();
  const field = (name: string): string | undefined =>
    new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  const error = new Error(field('Message') ?? `the store answered ${status}`);
  error.name = field('Code') ?? 'UnknownError';
  return Object.assign(error, { $metadata: { httpStatusCode: status }, $response: { headers } });
}

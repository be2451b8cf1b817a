import { accessUrlOf } from '@cropline/access';
import {
  CroplineError,
  bucketRules,
  bucketSettings,
  logSettings,
  networkSettings,
  queueSettings,
  readSettings,
  redisUrlOf,
  s3LocationSchema,
  storageSettings,
  wholeNumber,
  type BucketRules,
  type Environment,
  type TenantLimits,
} from '@cropline/contracts';
import { DEFAULT_TIMING } from '@cropline/queue';
import { withSecretFiles } from '@cropline/storage';
import { z } from 'zod';
import { isLoopback } from './access/loopback.js';

/** Every setting of the API; deploy/README.md lists them with their defaults. */
const SETTINGS = {
  ...queueSettings,
  ...storageSettings,
  ...networkSettings,
  ...bucketSettings,
  ...logSettings,
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/u, 'expected an address or a host name, without a port')
    .default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(3000),
  CROPLINE_OUTPUT_URL: z
    .string({ error: 'expected s3://bucket/prefix, where batches are stored, but it is not set' })
    .pipe(s3LocationSchema),
  CROPLINE_AUTH: z
    .enum(['keys', 'open-to-everyone'], { error: 'expected keys or open-to-everyone' })
    .optional(),
  CROPLINE_WINDOW: wholeNumber(1, 100_000).default(256),
  CROPLINE_REQUESTS_PER_MINUTE: wholeNumber(1, 10_000_000).optional(),
  CROPLINE_MAX_OPEN_BATCHES: wholeNumber(1, 1_000_000).optional(),
  CROPLINE_MAX_OPEN_ITEMS: wholeNumber(1, 2 ** 31 - 1).optional(),
  CROPLINE_MAX_CONNECTIONS: wholeNumber(1, 1_000_000).default(10_000),
  CROPLINE_BODY_IDLE_SECONDS: wholeNumber(1, 3_600).default(60),
  CROPLINE_LOCK_MS: wholeNumber(1_000, 600_000).default(DEFAULT_TIMING.lockMs),
};

/** Who may ask for something: those with a key, whoever is on this machine, or everyone. */
export type ApiAccess =
  | { readonly to: 'keys'; readonly accessUrl: string }
  | { readonly to: 'this machine' }
  | { readonly to: 'everyone' };

/** What the API was told by its environment, checked and with defaults filled in. */
export interface ApiConfig {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly redisUrl: string;
  readonly queuePrefix: string;
  /** Credentials are not among it: the AWS SDK finds them by its own chain. */
  readonly s3: { readonly endpoint: string | undefined; readonly region: string };
  /** Where batches go that name no output of their own: `s3://bucket/prefix`. */
  readonly outputUrl: string;
  /** Who may ask for something. */
  readonly access: ApiAccess;
  /** The limits of API keys that have none of their own. */
  readonly limits: TenantLimits;
  /** The most connections at a time. */
  readonly maxConnections: number;
  /** In so long some of a body that is sent has to come. */
  readonly bodyIdleMs: number;
  /** The most chunks of one batch that are queued at a time. */
  readonly window: number;
  /** How long this API keeps the batches that it is at when it is not heard of, in milliseconds. */
  readonly lockMs: number;
  /** Private networks that webhooks may be sent to. */
  readonly allowNetworks: readonly string[];
  /** Where in object storage sources are read and results written. */
  readonly buckets: BucketRules;
  readonly logLevel: string;
}

/**
 * Reads the environment; a variable set to nothing counts as not set.
 *
 * @throws `CONFIG_INVALID` with one line a fault, all of them, and no value that may be a secret.
 */
export function readConfig(environment: Environment = process.env): ApiConfig {
  const env = readSettings(
    SETTINGS,
    'The API cannot start:',
    withSecretFiles(environment, ['REDIS_URL', 'REDIS_PASSWORD']),
  );
  return {
    host: env.HOST,
    port: env.PORT,
    redisUrl: redisUrlOf(env),
    queuePrefix: env.CROPLINE_QUEUE_PREFIX,
    s3: { endpoint: env.S3_ENDPOINT, region: env.S3_REGION ?? env.AWS_REGION ?? 'us-east-1' },
    outputUrl: env.CROPLINE_OUTPUT_URL,
    access: accessOf(env),
    limits: {
      requestsPerMinute: env.CROPLINE_REQUESTS_PER_MINUTE ?? null,
      openBatches: env.CROPLINE_MAX_OPEN_BATCHES ?? null,
      openItems: env.CROPLINE_MAX_OPEN_ITEMS ?? null,
    },
    maxConnections: env.CROPLINE_MAX_CONNECTIONS,
    bodyIdleMs: env.CROPLINE_BODY_IDLE_SECONDS * 1000,
    window: env.CROPLINE_WINDOW,
    lockMs: env.CROPLINE_LOCK_MS,
    allowNetworks: env.CROPLINE_ALLOW_NETWORKS,
    buckets: bucketRules({
      allowedBuckets: env.CROPLINE_ALLOWED_BUCKETS,
      outputUrl: env.CROPLINE_OUTPUT_URL,
      accessUrl: env.CROPLINE_ACCESS_URL,
    }),
    logLevel: env.LOG_LEVEL,
  };
}

/** @throws `CONFIG_INVALID` when others could reach an API that nobody has said is open to them. */
function accessOf(env: {
  readonly HOST: string;
  readonly CROPLINE_AUTH?: 'keys' | 'open-to-everyone' | undefined;
  readonly CROPLINE_OUTPUT_URL: string;
  readonly CROPLINE_ACCESS_URL?: string | undefined;
}): ApiAccess {
  switch (env.CROPLINE_AUTH) {
    case 'keys':
      return {
        to: 'keys',
        accessUrl: accessUrlOf(env.CROPLINE_OUTPUT_URL, env.CROPLINE_ACCESS_URL),
      };
    case 'open-to-everyone':
      return { to: 'everyone' };
    case undefined:
      if (isLoopback(env.HOST)) return { to: 'this machine' };
      throw new CroplineError(
        'CONFIG_INVALID',
        `The API cannot start:\n  CROPLINE_AUTH: expected keys or open-to-everyone, because HOST is ${env.HOST}, which others may reach. With keys, who calls the API needs one; make one with: cropline admin keys create --tenant NAME --scope read --scope submit. With open-to-everyone, whoever reaches the API may do everything with it`,
      );
  }
}

import {
  logSettings,
  networkSettings,
  queueSettings,
  readSettings,
  s3LocationSchema,
  storageSettings,
  wholeNumber,
  type Environment,
} from '@cropline/contracts';
import { DEFAULT_TIMING } from '@cropline/queue';
import { z } from 'zod';

/** Every setting of the API; deploy/README.md lists them with their defaults. */
const SETTINGS = {
  ...queueSettings,
  ...storageSettings,
  ...networkSettings,
  ...logSettings,
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/u, 'expected an address or a host name, without a port')
    .default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(3000),
  CROPLINE_OUTPUT_URL: z
    .string({ error: 'expected s3://bucket/prefix, where batches are stored, but it is not set' })
    .pipe(s3LocationSchema),
  CROPLINE_WINDOW: wholeNumber(1, 100_000).default(256),
  CROPLINE_LOCK_MS: wholeNumber(1_000, 600_000).default(DEFAULT_TIMING.lockMs),
};

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
  /** The most chunks of one batch that are queued at a time. */
  readonly window: number;
  /** How long this API keeps the batches that it is at when it is not heard of, in milliseconds. */
  readonly lockMs: number;
  /** Private networks that webhooks may be sent to. */
  readonly allowNetworks: readonly string[];
  readonly logLevel: string;
}

/**
 * Reads the environment; a variable set to nothing counts as not set.
 *
 * @throws `CONFIG_INVALID` with one line a fault, all of them, and no value that may be a secret.
 */
export function readConfig(environment: Environment = process.env): ApiConfig {
  const env = readSettings(SETTINGS, 'The API cannot start:', environment);
  return {
    host: env.HOST,
    port: env.PORT,
    redisUrl: env.REDIS_URL,
    queuePrefix: env.CROPLINE_QUEUE_PREFIX,
    s3: { endpoint: env.S3_ENDPOINT, region: env.S3_REGION ?? env.AWS_REGION ?? 'us-east-1' },
    outputUrl: env.CROPLINE_OUTPUT_URL,
    window: env.CROPLINE_WINDOW,
    lockMs: env.CROPLINE_LOCK_MS,
    allowNetworks: env.CROPLINE_ALLOW_NETWORKS,
    logLevel: env.LOG_LEVEL,
  };
}

import { isAbsolute } from 'node:path';
import {
  bucketRules,
  bucketSettings,
  engineSettings,
  listOf,
  logSettings,
  networkSettings,
  queueSettings,
  readSettings,
  redisUrlOf,
  s3LocationSchema,
  storageSettings,
  wholeNumber,
  type Backend,
  type BucketRules,
  type Environment,
  type Precision,
} from '@cropline/contracts';
import { defaultCacheDir } from '@cropline/model';
import { DEFAULT_TIMING } from '@cropline/queue';
import { withSecretFiles } from '@cropline/storage';

/** Every setting of the worker; deploy/README.md lists them with their defaults. */
const SETTINGS = {
  ...queueSettings,
  ...storageSettings,
  ...engineSettings,
  ...networkSettings,
  ...bucketSettings,
  ...logSettings,
  CROPLINE_OUTPUT_URL: s3LocationSchema.optional(),
  CROPLINE_CONCURRENCY: wholeNumber(1, 64).default(2),
  CROPLINE_FILE_ROOTS: listOf(':')
    .refine((roots) => roots.every((root) => isAbsolute(root)), 'expected absolute folders')
    .default([]),
  CROPLINE_LOCK_MS: wholeNumber(1_000, 600_000).default(DEFAULT_TIMING.lockMs),
  CROPLINE_DRAIN_TIMEOUT_MS: wholeNumber(0, 3_600_000).default(20_000),
  CROPLINE_NONE_MS: wholeNumber(0, 60_000).default(0),
  CROPLINE_HEALTH_PORT: wholeNumber(0, 65_535).optional(),
};

/** What the worker was told by its environment, checked and with defaults filled in. */
export interface WorkerConfig {
  readonly redisUrl: string;
  readonly queuePrefix: string;
  /** Credentials are not among it: the AWS SDK finds them by its own chain. */
  readonly s3: { readonly endpoint: string | undefined; readonly region: string };
  readonly model: {
    readonly model: string | undefined;
    readonly mirror: string | undefined;
    readonly cacheDir: string;
  };
  readonly backend: Backend;
  readonly device: string;
  /** How long the device `none` takes for an image, in milliseconds. */
  readonly noneMs: number;
  readonly precision: Precision;
  readonly threads: number | undefined;
  readonly batchSize: number | undefined;
  /** Chunks at once: one on the device while the images of the next are fetched. */
  readonly concurrency: number;
  readonly images: {
    readonly timeoutMs: number;
    readonly maxBytes: number;
    readonly maxPixels: number;
    readonly fileRoots: readonly string[];
    readonly allowNetworks: readonly string[];
    readonly buckets: BucketRules;
  };
  /** How long it owns a chunk without renewing its claim, in milliseconds. */
  readonly lockMs: number;
  readonly drainTimeoutMs: number;
  /** Where health and status are served; 0 takes a free port, undefined serves none. */
  readonly healthPort: number | undefined;
  readonly logLevel: string;
}

/**
 * Reads the environment; a variable set to nothing counts as not set.
 *
 * @throws `CONFIG_INVALID` with one line a fault, all of them, and no value that may be a secret.
 */
export function readConfig(environment: Environment = process.env): WorkerConfig {
  const env = readSettings(
    SETTINGS,
    'The worker cannot start:',
    withSecretFiles(environment, ['REDIS_URL', 'REDIS_PASSWORD']),
  );
  return {
    redisUrl: redisUrlOf(env),
    queuePrefix: env.CROPLINE_QUEUE_PREFIX,
    s3: { endpoint: env.S3_ENDPOINT, region: env.S3_REGION ?? env.AWS_REGION ?? 'us-east-1' },
    model: {
      model: env.CROPLINE_MODEL,
      mirror: env.CROPLINE_MODEL_MIRROR,
      cacheDir: env.CROPLINE_CACHE_DIR ?? defaultCacheDir(env.XDG_CACHE_HOME),
    },
    backend: env.CROPLINE_BACKEND,
    device: env.CROPLINE_DEVICE,
    noneMs: env.CROPLINE_NONE_MS,
    precision: env.CROPLINE_PRECISION,
    threads: env.CROPLINE_THREADS,
    batchSize: env.CROPLINE_BATCH_SIZE,
    concurrency: env.CROPLINE_CONCURRENCY,
    images: {
      timeoutMs: env.CROPLINE_FETCH_TIMEOUT_MS,
      maxBytes: env.CROPLINE_MAX_IMAGE_BYTES,
      maxPixels: env.CROPLINE_MAX_IMAGE_PIXELS,
      fileRoots: env.CROPLINE_FILE_ROOTS,
      allowNetworks: env.CROPLINE_ALLOW_NETWORKS,
      buckets: bucketRules({
        allowedBuckets: env.CROPLINE_ALLOWED_BUCKETS,
        outputUrl: env.CROPLINE_OUTPUT_URL,
        accessUrl: env.CROPLINE_ACCESS_URL,
      }),
    },
    lockMs: env.CROPLINE_LOCK_MS,
    drainTimeoutMs: env.CROPLINE_DRAIN_TIMEOUT_MS,
    healthPort: env.CROPLINE_HEALTH_PORT,
    logLevel: env.LOG_LEVEL,
  };
}

import { z } from 'zod';
import { s3LocationSchema } from '../schemas/batch.js';
import { precisionSchema } from '../schemas/precision.js';
import { backendSchema } from './backend.js';
import { redisUrl } from './redis-address.js';
import { listOf, urlOf, wholeNumber } from './setting-types.js';

/** How every process finds S3. Keys are read by the AWS SDK's own chain; here it is only checked that both are set. */
export const storageSettings = {
  S3_ENDPOINT: urlOf('http:', 'https:').optional(),
  S3_REGION: z.string().optional(),
  AWS_REGION: z.string().optional(),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
};

/** How the API and workers find Redis. */
export const queueSettings = {
  REDIS_URL: redisUrl().default('redis://127.0.0.1:6379'),
  REDIS_PASSWORD: z.string().optional(),
  /** Files that hold them. */
  REDIS_URL_FILE: z.string().optional(),
  REDIS_PASSWORD_FILE: z.string().optional(),
  CROPLINE_QUEUE_PREFIX: z.string().default('{cropline}'),
};

/** The engine and its limits, the same for a worker and for the command line. */
export const engineSettings = {
  CROPLINE_MODEL: z.string().optional(),
  CROPLINE_MODEL_MIRROR: z.string().optional(),
  CROPLINE_CACHE_DIR: z.string().optional(),
  XDG_CACHE_HOME: z.string().optional(),
  CROPLINE_BACKEND: backendSchema.default('onnx'),
  CROPLINE_DEVICE: z.string().default('auto'),
  CROPLINE_PRECISION: precisionSchema.default('fp32'),
  CROPLINE_THREADS: wholeNumber(1, 1024).optional(),
  CROPLINE_BATCH_SIZE: wholeNumber(1, 1024).optional(),
  /** Read by TensorFlow itself; here it is only checked. */
  TF_FORCE_GPU_ALLOW_GROWTH: z
    .enum(['true', 'false'], { error: 'expected true or false' })
    .optional(),
  CROPLINE_FETCH_TIMEOUT_MS: wholeNumber(100, 3_600_000).default(30_000),
  CROPLINE_MAX_IMAGE_BYTES: wholeNumber(1024, 2 ** 31 - 1).default(50 * 2 ** 20),
  CROPLINE_MAX_IMAGE_PIXELS: wholeNumber(1024, 2 ** 31 - 1).default(100_000_000),
};

/** Where requests may go that callers have named the URL of: images, webhooks. */
export const networkSettings = {
  CROPLINE_ALLOW_NETWORKS: listOf(',')
    .refine(
      (networks) => networks.every((network) => /^[0-9a-f.:]+\/\d{1,3}$/i.test(network)),
      'expected networks such as 10.0.0.0/8, separated by commas',
    )
    .default([]),
};

/** Where in object storage a caller's URL may lead: images, sources, outputs. */
export const bucketSettings = {
  CROPLINE_ALLOWED_BUCKETS: listOf(',')
    .refine(
      (places) =>
        places.length > 0 &&
        places.every((place) => /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9](?:\/[^?#]*)?$/.test(place)),
      'expected buckets, or folders of buckets, such as photos,archive/2026, separated by commas',
    )
    .optional(),
  CROPLINE_ACCESS_URL: s3LocationSchema.optional(),
};

/** How much a service logs. */
export const logSettings = {
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'expected fatal, error, warn, info, debug, trace or silent',
    })
    .default('info'),
};

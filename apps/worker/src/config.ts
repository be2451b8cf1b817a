import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { CroplineError } from '@cropline/contracts';
import { z } from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;

const wholeNumber = (least: number, most: number): z.ZodType<number> =>
  z.string().transform((text, context) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    context.addIssue(
      `expected a whole number from ${least} to ${most}, but received ${JSON.stringify(text)}`,
    );
    return z.NEVER;
  });

/** A URL of one of some schemes. Its value is never repeated: URLs carry passwords. */
const url = (...schemes: readonly string[]): z.ZodType<string> =>
  z.string().refine((text) => {
    return URL.canParse(text) && schemes.includes(new URL(text).protocol);
  }, `expected a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`);

const list = (separator: string): z.ZodType<string[]> =>
  z.string().transform((text) =>
    text
      .split(separator)
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  );

const MINUTE = 60_000;

/** Every setting of the worker; deploy/README.md lists them with their defaults. */
const environmentSchema = z
  .object({
    REDIS_URL: url('redis:', 'rediss:').default('redis://127.0.0.1:6379'),
    S3_ENDPOINT: url('http:', 'https:').optional(),
    S3_REGION: z.string().optional(),
    AWS_REGION: z.string().optional(),
    AWS_ACCESS_KEY_ID: z.string().optional(),
    AWS_SECRET_ACCESS_KEY: z.string().optional(),
    CROPLINE_QUEUE_PREFIX: z.string().default('{cropline}'),
    CROPLINE_MODEL: z.string().optional(),
    CROPLINE_MODEL_MIRROR: z.string().optional(),
    CROPLINE_CACHE_DIR: z.string().optional(),
    XDG_CACHE_HOME: z.string().optional(),
    CROPLINE_DEVICE: z.string().default('auto'),
    CROPLINE_THREADS: wholeNumber(1, 1024).optional(),
    CROPLINE_BATCH_SIZE: wholeNumber(1, 1024).optional(),
    CROPLINE_CONCURRENCY: wholeNumber(1, 64).default(2),
    CROPLINE_FETCH_TIMEOUT_MS: wholeNumber(100, 60 * MINUTE).default(30_000),
    CROPLINE_MAX_IMAGE_BYTES: wholeNumber(1024, 2 ** 31 - 1).default(50 * 2 ** 20),
    CROPLINE_MAX_IMAGE_PIXELS: wholeNumber(1024, 2 ** 31 - 1).default(100_000_000),
    CROPLINE_FILE_ROOTS: list(':')
      .refine((roots) => roots.every((root) => isAbsolute(root)), 'expected absolute folders')
      .default([]),
    CROPLINE_ALLOW_NETWORKS: list(',')
      .refine(
        (networks) =>
          networks.every((network) => /^[0-9a-f.:]+\/\d{1,3}$/i.test(network)),
        'expected networks such as 10.0.0.0/8, separated by commas',
      )
      .default([]),
    CROPLINE_DRAIN_TIMEOUT_MS: wholeNumber(0, 60 * MINUTE).default(20_000),
    CROPLINE_HEALTH_PORT: wholeNumber(0, 65_535).optional(),
    LOG_LEVEL: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        error: 'expected fatal, error, warn, info, debug, trace or silent',
      })
      .default('info'),
  })
  .superRefine((env, context) => {
    const missing =
      env.AWS_ACCESS_KEY_ID === undefined ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY';
    const half =
      (env.AWS_ACCESS_KEY_ID === undefined) !== (env.AWS_SECRET_ACCESS_KEY === undefined);
    if (half) {
      context.addIssue({
        code: 'custom',
        path: [missing],
        message: 'expected a value, because the other half of the key pair is set',
      });
    }
  });

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
  readonly device: string;
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
  };
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
  const set = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const parsed = environmentSchema.safeParse(Object.fromEntries(set));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new CroplineError('CONFIG_INVALID', `The worker cannot start:\n${faults.join('\n')}`);
  }
  const env = parsed.data;
  return {
    redisUrl: env.REDIS_URL,
    queuePrefix: env.CROPLINE_QUEUE_PREFIX,
    s3: { endpoint: env.S3_ENDPOINT, region: env.S3_REGION ?? env.AWS_REGION ?? 'us-east-1' },
    model: {
      model: env.CROPLINE_MODEL,
      mirror: env.CROPLINE_MODEL_MIRROR,
      cacheDir:
        env.CROPLINE_CACHE_DIR ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'cropline'),
    },
    device: env.CROPLINE_DEVICE,
    threads: env.CROPLINE_THREADS,
    batchSize: env.CROPLINE_BATCH_SIZE,
    concurrency: env.CROPLINE_CONCURRENCY,
    images: {
      timeoutMs: env.CROPLINE_FETCH_TIMEOUT_MS,
      maxBytes: env.CROPLINE_MAX_IMAGE_BYTES,
      maxPixels: env.CROPLINE_MAX_IMAGE_PIXELS,
      fileRoots: env.CROPLINE_FILE_ROOTS,
      allowNetworks: env.CROPLINE_ALLOW_NETWORKS,
    },
    drainTimeoutMs: env.CROPLINE_DRAIN_TIMEOUT_MS,
    healthPort: env.CROPLINE_HEALTH_PORT,
    logLevel: env.LOG_LEVEL,
  };
}

import { CroplineError, s3LocationSchema } from '@cropline/contracts';
import { z } from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;

const wholeNumber = (least: number, most: number): z.ZodType<number> =>
  z.string().transform((text, context) => {
    const value = /^\d+$/u.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    context.addIssue(
      `expected a whole number from ${least} to ${most}, but received ${JSON.stringify(text)}`,
    );
    return z.NEVER;
  });

/** A URL of one of some schemes. Its value is never repeated: URLs carry passwords. */
const url = (...schemes: readonly string[]): z.ZodType<string> =>
  z.string().refine(
    (text) => {
      return URL.canParse(text) && schemes.includes(new URL(text).protocol);
    },
    `expected a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
  );

/** Every setting of the API; deploy/README.md lists them with their defaults. */
const environmentSchema = z
  .object({
    HOST: z
      .string()
      .regex(/^[\w.:-]+$/u, 'expected an address or a host name, without a port')
      .default('127.0.0.1'),
    PORT: wholeNumber(0, 65_535).default(3000),
    REDIS_URL: url('redis:', 'rediss:').default('redis://127.0.0.1:6379'),
    CROPLINE_QUEUE_PREFIX: z.string().default('{cropline}'),
    S3_ENDPOINT: url('http:', 'https:').optional(),
    S3_REGION: z.string().optional(),
    AWS_REGION: z.string().optional(),
    AWS_ACCESS_KEY_ID: z.string().optional(),
    AWS_SECRET_ACCESS_KEY: z.string().optional(),
    CROPLINE_OUTPUT_URL: z
      .string({ error: 'expected s3://bucket/prefix, where batches are stored, but it is not set' })
      .pipe(s3LocationSchema),
    CROPLINE_WINDOW: wholeNumber(1, 100_000).default(256),
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
  readonly logLevel: string;
}

/**
 * Reads the environment; a variable set to nothing counts as not set.
 *
 * @throws `CONFIG_INVALID` with one line a fault, all of them, and no value that may be a secret.
 */
export function readConfig(environment: Environment = process.env): ApiConfig {
  const set = Object.entries(environment).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  const parsed = environmentSchema.safeParse(Object.fromEntries(set));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      (issue) => `  ${issue.path.join('.')}: ${issue.message}`,
    );
    throw new CroplineError('CONFIG_INVALID', `The API cannot start:\n${faults.join('\n')}`);
  }
  const env = parsed.data;
  return {
    host: env.HOST,
    port: env.PORT,
    redisUrl: env.REDIS_URL,
    queuePrefix: env.CROPLINE_QUEUE_PREFIX,
    s3: { endpoint: env.S3_ENDPOINT, region: env.S3_REGION ?? env.AWS_REGION ?? 'us-east-1' },
    outputUrl: env.CROPLINE_OUTPUT_URL,
    window: env.CROPLINE_WINDOW,
    logLevel: env.LOG_LEVEL,
  };
}

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

/** A URL of http or https. Its value is never repeated: URLs carry passwords. */
const httpUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'expected a URL that starts with http:// or https://',
  );

/** Every variable that `cropline` reads; docs/cli.md lists them with their defaults. */
const environmentSchema = z.object({
  CROPLINE_API: httpUrl.default('http://127.0.0.1:3000'),
  CROPLINE_MODEL: z.string().optional(),
  CROPLINE_MODEL_MIRROR: z.string().optional(),
  CROPLINE_CACHE_DIR: z.string().optional(),
  XDG_CACHE_HOME: z.string().optional(),
  CROPLINE_DEVICE: z.string().default('auto'),
  CROPLINE_THREADS: wholeNumber(1, 1024).optional(),
  CROPLINE_BATCH_SIZE: wholeNumber(1, 1024).optional(),
  CROPLINE_FETCH_TIMEOUT_MS: wholeNumber(100, 3_600_000).default(30_000),
  CROPLINE_MAX_IMAGE_BYTES: wholeNumber(1024, 2 ** 31 - 1).default(50 * 2 ** 20),
  CROPLINE_MAX_IMAGE_PIXELS: wholeNumber(1024, 2 ** 31 - 1).default(100_000_000),
  S3_ENDPOINT: httpUrl.optional(),
  S3_REGION: z.string().optional(),
  AWS_REGION: z.string().optional(),
  LC_ALL: z.string().optional(),
  LC_CTYPE: z.string().optional(),
  LANG: z.string().optional(),
  NO_COLOR: z.string().optional(),
  TERM: z.string().optional(),
});

/** What `cropline` was told by its environment, checked and with defaults filled in. */
export interface CliConfig {
  /** The API's base URL, unless --api names another. */
  readonly api: string;
  readonly model: {
    readonly model: string | undefined;
    readonly mirror: string | undefined;
    readonly cacheDir: string | undefined;
    /** Where the cache lies unless `cacheDir` names another folder. */
    readonly xdgCacheHome: string | undefined;
  };
  readonly device: string;
  readonly threads: number | undefined;
  readonly batchSize: number | undefined;
  readonly images: {
    readonly timeoutMs: number;
    readonly maxBytes: number;
    readonly maxPixels: number;
  };
  /** Credentials are not among it: the AWS SDK finds them by its own chain. */
  readonly s3: { readonly endpoint: string | undefined; readonly region: string };
  /** Whether the locale's character set is UTF-8, or there is no locale. */
  readonly unicode: boolean;
  /** Whether the user wants colours on a terminal (https://no-color.org). */
  readonly colour: boolean;
}

/**
 * Reads the environment; a variable set to nothing counts as not set.
 *
 * @throws `CONFIG_INVALID` with all faults, and no value that may be a secret.
 */
export function readConfig(environment: Environment = process.env): CliConfig {
  const set = Object.entries(environment).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  const parsed = environmentSchema.safeParse(Object.fromEntries(set));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new CroplineError('CONFIG_INVALID', `The environment has faults: ${faults.join('; ')}`);
  }
  const env = parsed.data;
  return {
    api: env.CROPLINE_API,
    model: {
      model: env.CROPLINE_MODEL,
      mirror: env.CROPLINE_MODEL_MIRROR,
      cacheDir: env.CROPLINE_CACHE_DIR,
      xdgCacheHome: env.XDG_CACHE_HOME,
    },
    device: env.CROPLINE_DEVICE,
    threads: env.CROPLINE_THREADS,
    batchSize: env.CROPLINE_BATCH_SIZE,
    images: {
      timeoutMs: env.CROPLINE_FETCH_TIMEOUT_MS,
      maxBytes: env.CROPLINE_MAX_IMAGE_BYTES,
      maxPixels: env.CROPLINE_MAX_IMAGE_PIXELS,
    },
    s3: { endpoint: env.S3_ENDPOINT, region: env.S3_REGION ?? env.AWS_REGION ?? 'us-east-1' },
    // Containers set no locale at all, and are looked at through terminals that have UTF-8.
    unicode: /utf-?8/i.test(env.LC_ALL ?? env.LC_CTYPE ?? env.LANG ?? 'UTF-8'),
    colour: env.NO_COLOR === undefined && env.TERM !== 'dumb',
  };
}

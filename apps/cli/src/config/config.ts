import {
  CroplineError,
  engineSettings,
  readSettings,
  redisUrl,
  redisUrlOf,
  s3LocationSchema,
  storageSettings,
  urlOf,
  type Backend,
  type Environment,
  type Precision,
} from '@cropline/contracts';
import { withSecretFiles } from '@cropline/storage';
import { z } from 'zod';
import { headingOf, inWordsOfFile, readConfigFile } from './config-file.js';

/** Every variable that `cropline` reads; docs/cli.md lists them with their defaults. */
const SETTINGS = {
  ...engineSettings,
  ...storageSettings,
  REDIS_URL: redisUrl().optional(),
  REDIS_PASSWORD: z.string().optional(),
  REDIS_URL_FILE: z.string().optional(),
  REDIS_PASSWORD_FILE: z.string().optional(),
  CROPLINE_API: urlOf('http:', 'https:').default('http://127.0.0.1:3000'),
  CROPLINE_API_KEY: z.string().optional(),
  CROPLINE_API_KEY_FILE: z.string().optional(),
  CROPLINE_OUTPUT_URL: s3LocationSchema.optional(),
  CROPLINE_ACCESS_URL: s3LocationSchema.optional(),
  CROPLINE_WEBHOOK_SECRET: z.string().optional(),
  CROPLINE_WEBHOOK_SECRET_FILE: z.string().optional(),
  LC_ALL: z.string().optional(),
  LC_CTYPE: z.string().optional(),
  LANG: z.string().optional(),
  NO_COLOR: z.string().optional(),
  TERM: z.string().optional(),
};

/** What `cropline` was told by its environment and configuration file, checked and with defaults filled in. */
export interface CliConfig {
  /** The API's base URL, unless --api names another. */
  readonly api: string;
  /** What the API is called with if it asks for a key, or the file that holds it. */
  readonly apiKey: string | undefined;
  readonly apiKeyFile: string | undefined;
  /** Where the service keeps its batches, and its API keys when that is not below; for `admin keys`. */
  readonly outputUrl: string | undefined;
  readonly accessUrl: string | undefined;
  /** What signs webhooks, or the file that holds it. */
  readonly webhook: {
    readonly secret: string | undefined;
    readonly secretFile: string | undefined;
  };
  readonly model: {
    readonly model: string | undefined;
    readonly mirror: string | undefined;
    readonly cacheDir: string | undefined;
    /** Where the cache lies unless `cacheDir` names another folder. */
    readonly xdgCacheHome: string | undefined;
  };
  readonly backend: Backend;
  readonly device: string;
  readonly precision: Precision;
  readonly threads: number | undefined;
  readonly batchSize: number | undefined;
  readonly images: {
    readonly timeoutMs: number;
    readonly maxBytes: number;
    readonly maxPixels: number;
  };
  /** The Redis that `doctor` looks for; no other command needs one. */
  readonly redisUrl: string | undefined;
  /** Credentials are not among it: the AWS SDK finds them by its own chain. */
  readonly s3: { readonly endpoint: string | undefined; readonly region: string };
  /** Whether the locale's character set is UTF-8, or there is no locale. */
  readonly unicode: boolean;
  /** Whether the user wants colours on a terminal (https://no-color.org). */
  readonly colour: boolean;
}

/**
 * Reads the environment, and for what it does not set the configuration file; a variable set to nothing
 * counts as not set.
 *
 * @throws `CONFIG_INVALID` with all faults, and no value that may be a secret.
 */
export function readConfig(environment: Environment = process.env): CliConfig {
  const env = readSettings(
    SETTINGS,
    'The environment has faults:',
    withFile(withSecretFiles(environment, ['REDIS_URL', 'REDIS_PASSWORD'])),
  );
  return {
    api: env.CROPLINE_API,
    apiKey: env.CROPLINE_API_KEY,
    apiKeyFile: env.CROPLINE_API_KEY_FILE,
    outputUrl: env.CROPLINE_OUTPUT_URL,
    accessUrl: env.CROPLINE_ACCESS_URL,
    webhook: {
      secret: env.CROPLINE_WEBHOOK_SECRET,
      secretFile: env.CROPLINE_WEBHOOK_SECRET_FILE,
    },
    model: {
      model: env.CROPLINE_MODEL,
      mirror: env.CROPLINE_MODEL_MIRROR,
      cacheDir: env.CROPLINE_CACHE_DIR,
      xdgCacheHome: env.XDG_CACHE_HOME,
    },
    backend: env.CROPLINE_BACKEND,
    device: env.CROPLINE_DEVICE,
    precision: env.CROPLINE_PRECISION,
    threads: env.CROPLINE_THREADS,
    batchSize: env.CROPLINE_BATCH_SIZE,
    images: {
      timeoutMs: env.CROPLINE_FETCH_TIMEOUT_MS,
      maxBytes: env.CROPLINE_MAX_IMAGE_BYTES,
      maxPixels: env.CROPLINE_MAX_IMAGE_PIXELS,
    },
    redisUrl:
      env.REDIS_URL === undefined
        ? undefined
        : redisUrlOf({ REDIS_URL: env.REDIS_URL, REDIS_PASSWORD: env.REDIS_PASSWORD }),
    s3: { endpoint: env.S3_ENDPOINT, region: env.S3_REGION ?? env.AWS_REGION ?? 'us-east-1' },
    // Containers set no locale at all, and are looked at through terminals that have UTF-8.
    unicode: /utf-?8/i.test(env.LC_ALL ?? env.LC_CTYPE ?? env.LANG ?? 'UTF-8'),
    colour: env.NO_COLOR === undefined && env.TERM !== 'dumb',
  };
}

/** The environment with what only the configuration file says, which is checked for itself. */
function withFile(environment: Environment): Environment {
  const { path, variables } = readConfigFile(environment);
  try {
    readSettings(SETTINGS, headingOf(path), variables);
  } catch (error) {
    if (!(error instanceof CroplineError)) throw error;
    throw new CroplineError(error.code, inWordsOfFile(error.message), { cause: error });
  }
  const set = Object.entries(environment).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  const environmentOnly = Object.fromEntries(set);
  // Either variable says the region, so either goes before the file.
  const { S3_REGION: region, ...others } = variables;
  return {
    ...others,
    ...('AWS_REGION' in environmentOnly ? {} : { S3_REGION: region }),
    ...environmentOnly,
  };
}

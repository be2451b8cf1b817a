import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CroplineError, describeCause, type Environment } from '@cropline/contracts';

/** The keys of the configuration file, and the variable of the environment that each stands for. */
export const CONFIG_KEYS = {
  api: 'CROPLINE_API',
  apiKeyFile: 'CROPLINE_API_KEY_FILE',
  outputUrl: 'CROPLINE_OUTPUT_URL',
  accessUrl: 'CROPLINE_ACCESS_URL',
  webhookSecretFile: 'CROPLINE_WEBHOOK_SECRET_FILE',
  model: 'CROPLINE_MODEL',
  modelMirror: 'CROPLINE_MODEL_MIRROR',
  cacheDir: 'CROPLINE_CACHE_DIR',
  backend: 'CROPLINE_BACKEND',
  device: 'CROPLINE_DEVICE',
  precision: 'CROPLINE_PRECISION',
  threads: 'CROPLINE_THREADS',
  batchSize: 'CROPLINE_BATCH_SIZE',
  fetchTimeoutMs: 'CROPLINE_FETCH_TIMEOUT_MS',
  maxImageBytes: 'CROPLINE_MAX_IMAGE_BYTES',
  maxImagePixels: 'CROPLINE_MAX_IMAGE_PIXELS',
  s3Endpoint: 'S3_ENDPOINT',
  s3Region: 'S3_REGION',
} as const;

/** A file of settings as the environment would say them. */
export interface ConfigFile {
  readonly path: string;
  readonly variables: Environment;
}

/**
 * Reads the configuration file: `CROPLINE_CONFIG`, else `cropline/config.json` in `$XDG_CONFIG_HOME` or
 * `~/.config`. One that is not there is an empty one, unless CROPLINE_CONFIG names it.
 *
 * @throws `CONFIG_INVALID` when it cannot be read, is no JSON object, or has keys that are none or values
 *   that are neither text nor numbers: all of them at once, and no value.
 */
export function readConfigFile(environment: Environment): ConfigFile {
  const path = pathOf(environment);
  const text = readText(path, (environment['CROPLINE_CONFIG'] ?? '') !== '');
  const variables: Record<string, string> = {};
  const faults: string[] = [];
  for (const [key, value] of Object.entries(parsed(text, path))) {
    if (!isConfigKey(key)) {
      const keys = Object.keys(CONFIG_KEYS).join(', ');
      faults.push(`${JSON.stringify(key)}: expected one of ${keys}`);
    } else if (typeof value === 'string' || typeof value === 'number') {
      variables[CONFIG_KEYS[key]] = String(value);
    } else {
      faults.push(`${key}: expected text or a number`);
    }
  }
  if (faults.length > 0) throw invalid(`${headingOf(path)}\n  ${faults.join(';\n  ')}`);
  return { path, variables };
}

/** What stands before the faults of a configuration file. */
export function headingOf(path: string): string {
  return `The configuration file ${path} has faults:`;
}

/** The text with every variable named as the key that says the same in the file. */
export function inWordsOfFile(text: string): string {
  return Object.entries(CONFIG_KEYS).reduce(
    (said, [key, variable]) => said.replaceAll(`${variable}: `, `${key}: `),
    text,
  );
}

function pathOf(environment: Environment): string {
  const { CROPLINE_CONFIG: named, XDG_CONFIG_HOME: xdg, HOME: home } = environment;
  if (named !== undefined && named !== '') return named;
  const folder =
    xdg !== undefined && xdg !== ''
      ? xdg
      : join(home !== undefined && home !== '' ? home : homedir(), '.config');
  return join(folder, 'cropline', 'config.json');
}

function readText(path: string, required: boolean): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!required && (code === 'ENOENT' || code === 'ENOTDIR')) return '{}';
    throw invalid(
      `Expected to read the configuration file ${path} but could not (${describeCause(error)}).`,
    );
  }
}

function parsed(text: string, path: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below, without the text: parsers repeat it.
  }
  throw invalid(
    `Expected the configuration file ${path} to be a JSON object such as {"api": "http://127.0.0.1:3000"}.`,
  );
}

const isConfigKey = (key: string): key is keyof typeof CONFIG_KEYS =>
  Object.hasOwn(CONFIG_KEYS, key);

const invalid = (message: string): CroplineError => new CroplineError('CONFIG_INVALID', message);

import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CroplineError, describeCause } from '@cropline/contracts';
import type { ManagedProcess, ProcessOptions } from './managed-process.js';
import { redisArguments, startRedisProcess } from './redis-process.js';

const SERVERS = ['redis-server', 'valkey-server'];
const CONNECT_TIMEOUT_MS = 5000;

/** How Redis is started. */
export interface RedisOptions {
  /** Writes an append-only file, as production should; default false. */
  readonly appendOnly?: boolean;
  /** Never the server of REDIS_URL: for tests that flush, stop or kill their Redis. */
  readonly own?: boolean;
  readonly onLine?: ProcessOptions['onLine'];
}

/** A Redis to work with. */
export interface RedisServer {
  readonly url: string;
  /** Its process, when it was started here; null for the one of REDIS_URL. */
  readonly pid: number | null;
  /** Ends it and removes its data, when it was started here. */
  stop(): Promise<void>;
}

/**
 * The Redis of REDIS_URL, else one started for the caller: `redis-server` or `valkey-server` of the PATH, on
 * a free port of 127.0.0.1, with nothing evicted, its data in a temporary folder and gone at the end.
 *
 * @throws `QUEUE_UNAVAILABLE` when REDIS_URL does not answer or no server is installed.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const given = process.env['REDIS_URL'];
  if (given !== undefined && given !== '' && options.own !== true) {
    await checkAnswers(given);
    return { url: given, pid: null, stop: () => Promise.resolve() };
  }
  const command = findRedisServer();
  const folder = await mkdtemp(join(tmpdir(), 'cropline-redis-'));
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const { server, port } = await startOnFreePort(command, folder, options);
    server.reportUnexpectedEnd();
    return {
      url: `redis://127.0.0.1:${port}`,
      pid: server.pid,
      stop: async () => {
        await server.stop();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

function startOnFreePort(
  command: string,
  folder: string,
  options: RedisOptions,
): Promise<{ server: ManagedProcess; port: number }> {
  return startRedisProcess({
    command,
    folder,
    args: (port) => serverArguments(port, folder, options.appendOnly === true),
    onLine: options.onLine,
  });
}

function serverArguments(port: number, folder: string, appendOnly: boolean): string[] {
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: appendOnly ? 'yes' : 'no',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    logfile: '',
  };
  return redisArguments(settings);
}

/**
 * The server program of the PATH.
 *
 * @throws `QUEUE_UNAVAILABLE` with what to install, when there is none.
 */
export function findRedisServer(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const server of SERVERS) {
    const found = folders
      .map((folder) => join(folder, server))
      .find((file) => {
        try {
          accessSync(file, constants.X_OK);
          return true;
        } catch {
          return false;
        }
      });
    if (found !== undefined) return found;
  }
  throw new CroplineError(
    'QUEUE_UNAVAILABLE',
    'Expected a Redis, but REDIS_URL is not set and the PATH has neither redis-server nor valkey-server: ' +
      'install one (apt-get install redis-server, brew install redis), or set REDIS_URL.',
  );
}

/** @throws `QUEUE_UNAVAILABLE` when nothing takes connections at the URL, which is not repeated whole. */
async function checkAnswers(url: string): Promise<void> {
  if (!URL.canParse(url)) {
    throw new CroplineError(
      'QUEUE_UNAVAILABLE',
      'Expected REDIS_URL to be a URL such as redis://127.0.0.1:6379, but it cannot be read as one.',
    );
  }
  const { hostname, port } = new URL(url);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6379 : Number(port),
    timeout: CONNECT_TIMEOUT_MS,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('timeout', () => reject(new Error('no answer within 5 seconds')));
      socket.once('error', reject);
    });
  } catch (error) {
    throw new CroplineError(
      'QUEUE_UNAVAILABLE',
      `Expected a Redis at ${hostname}:${port || '6379'}, which REDIS_URL names, but the connection ` +
        `failed (${describeCause(error)}): start it, or unset REDIS_URL to have one started.`,
    );
  } finally {
    socket.destroy();
  }
}

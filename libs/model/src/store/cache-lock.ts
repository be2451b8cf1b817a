import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readlink, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheWriteError, isMissing, systemCode } from './file-error.js';

const POLL_MS = 100;
const HEARTBEAT_MS = 1000;
const STALE_MS = 10_000;

/** How to wait for a lock. */
export interface CacheLockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once, when another process is found at work. */
  readonly onWait?: () => void;
  /** How long a lock must go without a sign of life before it is broken, in milliseconds. */
  readonly staleMs?: number;
}

/** Who holds a lock. A process id means something only inside its `realm`. */
interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly realm: string;
}

/**
 * Runs a task while holding a lock file, so that processes which start together do its work once.
 *
 * The lock saves work; it is not what keeps files whole: everything in the cache is written under a name
 * of its own and renamed. So a lock may be broken when its holder is dead or has shown no life for ten
 * seconds, and a cache on a network drive needs no more than files that can be created exclusively.
 *
 * @throws CroplineError `MODEL_UNAVAILABLE` when the lock cannot be created; the signal's reason
 */
export async function withCacheLock<T>(
  path: string,
  options: CacheLockOptions,
  task: () => Promise<T>,
): Promise<T> {
  const token = await acquire(path, options);
  const heartbeat = setInterval(() => {
    const now = new Date();
    // A lock that cannot be touched will look stale; breaking it costs work, not correctness.
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await task();
  } finally {
    clearInterval(heartbeat);
    if ((await readHolder(path))?.token === token) await rm(path, { force: true });
  }
}

async function acquire(path: string, options: CacheLockOptions): Promise<string> {
  const staleMs = options.staleMs ?? STALE_MS;
  const realm = await processRealm();
  const token = randomBytes(8).toString('hex');
  let seen = { mark: '', at: 0 };
  let told = false;
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw cacheWriteError(dirname(path), error);
  });
  for (;;) {
    options.signal?.throwIfAborted();
    if (await create(path, { token, pid: process.pid, realm })) return token;
    const holder = await readHolder(path);
    // Judged by this clock alone: a network drive's may differ.
    const mark = `${holder?.token ?? ''} ${String(await modified(path))}`;
    const now = performance.now();
    if (mark !== seen.mark) seen = { mark, at: now };
    if (isDead(holder, realm) || now - seen.at > staleMs) {
      await rm(path, { force: true });
      continue;
    }
    if (!told) options.onWait?.();
    told = true;
    // Its only error is that the caller gave up, which the loop tells in the caller's words.
    await sleep(POLL_MS, undefined, options.signal ? { signal: options.signal } : {}).catch(
      () => undefined,
    );
  }
}

async function create(path: string, holder: Holder): Promise<boolean> {
  let file;
  try {
    file = await open(path, 'wx');
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw cacheWriteError(path, error);
  }
  try {
    await file.writeFile(JSON.stringify(holder));
    return true;
  } finally {
    await file.close();
  }
}

async function readHolder(path: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    // Gone, or its holder has not written it yet.
    return null;
  }
}

async function modified(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

function isDead(holder: Holder | null, realm: string): boolean {
  if (holder?.realm !== realm) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return systemCode(error) === 'ESRCH';
  }
}

/** The host and, in containers, the process namespace: where a process id can be asked about. */
async function processRealm(): Promise<string> {
  return `${hostname()} ${await readlink('/proc/self/ns/pid').catch(() => '')}`;
}

import { createHash } from 'node:crypto';
import type { RedisClient } from './redis-client.js';

/**
 * A Lua script. Its name ends in its number of keys, as its file does; the header of the Lua text
 * documents KEYS, ARGV and what it returns.
 */
export interface Script {
  readonly name: string;
  readonly keys: number;
  readonly lua: string;
  readonly sha: string;
}

/** Makes a script of its name (`verb-noun-<number of keys>`) and text. */
export function script(name: string, lua: string): Script {
  const keys = Number(/-(\d+)$/.exec(name)?.[1]);
  if (!Number.isInteger(keys)) {
    throw new TypeError(
      `Expected a script name that ends in its number of keys but received ${name}`,
    );
  }
  return { name, keys, lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/** Runs a script by its digest, sending the text only to a Redis that does not know it yet. */
export async function runScript(
  redis: RedisClient,
  { name, keys, lua, sha }: Script,
  keyNames: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  if (keyNames.length !== keys) {
    throw new TypeError(`Expected ${keys} keys for ${name} but received ${keyNames.length}`);
  }
  try {
    return await redis.evalsha(sha, keys, ...keyNames, ...args);
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith('NOSCRIPT')) {
      return redis.eval(lua, keys, ...keyNames, ...args);
    }
    throw cause;
  }
}

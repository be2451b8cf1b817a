import { accessUrlOf, KeyAdmin, keyState, type ApiKey } from '@cropline/access';
import { createObjectStore } from '@cropline/storage';
import type { Invocation } from '../../command/invocation.js';
import { usageError } from '../../command/usage-error.js';
import type { CliConfig } from '../../config/config.js';
import { write } from '../../console.js';
import { EXIT } from '../../exit-codes.js';
import type { CreateKeyFlags } from './key-options.js';
import { factsText, listText, type ShownKey } from './key-view.js';
import { whoIsThis } from './who-is-this.js';

interface JsonFlag {
  readonly json?: true;
}

/** Makes a key: the key itself goes to stdout, all about it to stderr. */
export function createKey(flags: CreateKeyFlags, invocation: Invocation): Promise<number> {
  return withKeys(invocation, async (keys) => {
    const { tenant, scope: scopes, read = [], write: writable = [], expiresIn = null } = flags;
    const { requestsPerMinute = null, maxOpenBatches = null, maxOpenItems = null } = flags;
    const limits = { requestsPerMinute, openBatches: maxOpenBatches, openItems: maxOpenItems };
    const made = await keys.create({ tenant, scopes, read, write: writable, limits, expiresIn });
    return printMade(made.key, made.facts, flags, invocation);
  });
}

/** Prints all keys. */
export function listKeys({ json }: JsonFlag, invocation: Invocation): Promise<number> {
  return withKeys(invocation, async (keys) => {
    const shown = (await keys.list()).map(shownKey);
    const { stdout } = invocation.console;
    if (json === true) {
      for (const key of shown) await write(stdout, `${JSON.stringify(key)}\n`);
    } else await write(stdout, listText(shown));
    return EXIT.ok;
  });
}

/** Replaces a key; the new one goes to stdout. */
export function rotateKey(
  id: string,
  flags: JsonFlag & { readonly overlap: number },
  invocation: Invocation,
): Promise<number> {
  return withKeys(invocation, async (keys) => {
    const { key, facts, old } = await keys.rotate(id, flags.overlap);
    await printMade(key, facts, flags, invocation);
    await write(
      invocation.console.stderr,
      `The old key ${id} stays valid until ${old.expiresAt ?? ''}; to end it now: cropline admin keys revoke ${id}\n`,
    );
    return EXIT.ok;
  });
}

/** Ends a key. */
export function revokeKey(id: string, invocation: Invocation): Promise<number> {
  return withKeys(invocation, async (keys) => {
    const { tenant } = await keys.revoke(id);
    await write(
      invocation.console.stderr,
      `The key ${id} of ${tenant} is revoked; every API refuses it within 5 seconds.\n`,
    );
    return EXIT.ok;
  });
}

async function printMade(
  key: string,
  facts: ApiKey,
  { json }: JsonFlag,
  { console: { stdout, stderr } }: Invocation,
): Promise<number> {
  const shown = shownKey(facts);
  await write(stdout, json === true ? `${JSON.stringify({ key, ...shown })}\n` : `${key}\n`);
  if (json !== true) {
    await write(
      stderr,
      `${factsText(shown)}It cannot be shown again. Use it as CROPLINE_API_KEY.\n`,
    );
  }
  return EXIT.ok;
}

/** All that is kept of a key but the digest, and what has become of it. */
function shownKey(key: ApiKey): ShownKey {
  const { keyId, tenant, scopes, read, write: writable, limits } = key;
  const { createdAt, expiresAt, revokedAt } = key;
  const state = keyState(key, Date.now());
  const facts = { keyId, tenant, scopes, read, write: writable, limits };
  return { ...facts, createdAt, expiresAt, revokedAt, state };
}

async function withKeys(
  { config }: Invocation,
  work: (keys: KeyAdmin) => Promise<number>,
): Promise<number> {
  const accessUrl = accessUrlIn(config);
  const { endpoint, region } = config.s3;
  const store = createObjectStore({ region, ...(endpoint === undefined ? {} : { endpoint }) });
  try {
    return await work(new KeyAdmin(store, accessUrl, whoIsThis()));
  } finally {
    store.close();
  }
}

function accessUrlIn({ outputUrl, accessUrl }: CliConfig): string {
  if (accessUrl !== undefined) return accessUrl;
  if (outputUrl !== undefined) return accessUrlOf(outputUrl);
  throw usageError(
    'Expected where the service keeps its keys: set CROPLINE_OUTPUT_URL, and CROPLINE_ACCESS_URL if it has one, to what the API has.',
  );
}

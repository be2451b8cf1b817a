import { webcrypto } from 'node:crypto';

/**
 * `sha256:…` of some bytes. Computed off the event loop, where 50 MiB would hold it up for tens of
 * milliseconds.
 */
export async function digestBytes(bytes: Buffer): Promise<string> {
  const digest = await webcrypto.subtle.digest('SHA-256', bytes);
  return `sha256:${Buffer.from(digest).toString('hex')}`;
}

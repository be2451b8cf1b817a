import type { IncomingMessage } from 'node:http';
import { CroplineError } from '@cropline/contracts';

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a request that would change something and that a page of another origin has a browser send: the
 * browser adds a key it was told before, or reaches an API that is open on this machine, without being asked.
 * What such a page reads, the browser keeps from it anyway.
 *
 * @throws `HOST_FORBIDDEN`
 */
export function refuseForeignPage({ method = 'GET', headers }: IncomingMessage): void {
  if (READING.has(method)) return;
  const { origin, host, 'sec-fetch-site': site } = headers;
  const foreign =
    site === undefined
      ? origin !== undefined && hostOf(origin) !== host
      : site !== 'same-origin' && site !== 'none';
  if (!foreign) return;
  throw new CroplineError(
    'HOST_FORBIDDEN',
    'Expected a request of a program or of a page of this API, but a page of another origin sent it: send the key as `Authorization: Bearer <key>`, from a server.',
  );
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

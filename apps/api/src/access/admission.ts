import type { IncomingMessage } from 'node:http';
import type { KeyRing } from '@cropline/access';
import { CroplineError, type Caller } from '@cropline/contracts';
import { credentialsOf } from './credentials.js';
import { refuseForeignPage } from './foreign-page.js';
import { hostName, isLoopback } from './loopback.js';

/** Who may ask the API for something: tells on whose behalf a request comes, or throws. */
export interface Admission {
  /** Null when nobody is asked who they are. @throws `KEY_*`, `HOST_FORBIDDEN`, `STORAGE_UNAVAILABLE` */
  admit(request: IncomingMessage): Promise<Caller | null>;
}

/** Those with an API key. */
export function admitKeys(keys: Pick<KeyRing, 'callerOf'>): Admission {
  return {
    admit: async (request) => {
      const { key, ambient } = credentialsOf(request.headers);
      if (ambient) refuseForeignPage(request);
      return keys.callerOf(key);
    },
  };
}

/** Whoever reaches the API, whatever for. */
export const ADMIT_EVERYONE: Admission = { admit: () => Promise.resolve(null) };

/**
 * Whoever is on this machine. A page in a browser is not: it cannot call the API by the name of another host
 * that it has resolve to this machine, nor have a browser change something unseen.
 */
export const ADMIT_THIS_MACHINE: Admission = {
  admit: (request) =>
    new Promise((resolve) => {
      requireLoopback(request.headers.host ?? '');
      refuseForeignPage(request);
      resolve(null);
    }),
};

function requireLoopback(host: string): void {
  if (isLoopback(hostName(host))) return;
  throw new CroplineError(
    'HOST_FORBIDDEN',
    `Expected a request to localhost, as this API asks nobody who they are and is for its own machine only, but received one to ${JSON.stringify(host.slice(0, 100))}: call it by http://localhost, or set CROPLINE_AUTH.`,
  );
}

import type { IncomingHttpHeaders } from 'node:http';
import { CroplineError } from '@cropline/contracts';

/** How the key of a request came. Browsers send one they were told before by themselves: that is `ambient`. */
export interface Credentials {
  readonly key: string;
  readonly ambient: boolean;
}

/**
 * The API key of a request: `Authorization: Bearer <key>`, or `Basic` with the key as the password, as browsers
 * send what a person typed; the user name may be anything.
 *
 * @throws `KEY_REQUIRED` when there is none; `KEY_INVALID` when the header cannot be read. Never with its value.
 */
export function credentialsOf({ authorization }: IncomingHttpHeaders): Credentials {
  if (authorization === undefined) {
    throw new CroplineError(
      'KEY_REQUIRED',
      'Expected an API key in the header Authorization, but received none: send `Authorization: Bearer <key>`.',
    );
  }
  const [, scheme = '', value = ''] = /^(bearer|basic) +(\S+) *$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return { key: value, ambient: false };
  const [, password] = /^[^:]*:(.+)$/.exec(Buffer.from(value, 'base64').toString('utf8')) ?? [];
  if (password !== undefined) return { key: password, ambient: true };
  throw new CroplineError(
    'KEY_INVALID',
    'Expected `Authorization: Bearer <key>`, or Basic with the key as the password, but received another header.',
  );
}

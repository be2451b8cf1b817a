import { createHash } from 'node:crypto';

/** An http(s) address split into what may be shown and what is only sent. */
export interface HttpAddress {
  /** Without user, password and query. */
  readonly shown: string;
  /** What fetch takes: without user and password. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Tells addresses apart without giving their secrets away. */
  readonly fingerprint: string;
}

/** Reads an absolute http(s) URL. User and password of it become a basic Authorization header. */
export function httpAddress(text: string): HttpAddress {
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  url.hash = '';
  const credentials = `${decoded(username)}:${decoded(password)}`;
  const shown = new URL(url);
  shown.search = '';
  return {
    shown: shown.href,
    url: url.href,
    headers:
      credentials === ':'
        ? {}
        : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    fingerprint: createHash('sha256').update(url.href).digest('hex'),
  };
}

/** A part of a URL without its escapes; as it is where a % escapes nothing. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The URL of a file in the folder that a base URL names; a query of the base is kept. */
export function fileUnder(base: string, file: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${file}`;
  return url.href;
}

import { shownUrl } from '../shown-url.js';
import type { AddressPolicy } from './address-policy.js';
import { addressBlocked } from './checked-lookup.js';
import { imageFault } from './image-fault.js';

/** One request of a chain of redirects. */
export interface HttpHop {
  readonly url: URL;
  /** The value of an Authorization header, from the URL's user and password. */
  readonly authorization: string | undefined;
}

/** The first hop. @throws `IMAGE_URL_INVALID`, `IMAGE_ADDRESS_BLOCKED` */
export function firstHop(text: string, policy: AddressPolicy): HttpHop {
  if (!URL.canParse(text)) {
    throw imageFault(
      'IMAGE_URL_INVALID',
      `Expected a URL such as https://host/cat.jpg, but received ${shownUrl(text)}`,
    );
  }
  const url = new URL(text);
  checkLiteral(url, policy);
  return { url, authorization: basicAuthorization(url) };
}

/**
 * The hop that a redirect leads to, checked like the first. Credentials stay with the host they were
 * given for.
 *
 * @throws `IMAGE_SCHEME_UNSUPPORTED` for a redirect out of http; `IMAGE_HTTP_ERROR` for one that cannot be
 *   parsed, or that leaves https for http; `IMAGE_ADDRESS_BLOCKED`
 */
export function nextHop(from: HttpHop, location: string, policy: AddressPolicy): HttpHop {
  const source = shownUrl(from.url.href);
  if (!URL.canParse(location, from.url.href)) {
    throw imageFault('IMAGE_HTTP_ERROR', `${source} redirects to what is no URL.`);
  }
  const url = new URL(location, from.url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw imageFault(
      'IMAGE_SCHEME_UNSUPPORTED',
      `${source} redirects to a ${url.protocol} URL, which is not followed; only http: and https: are.`,
    );
  }
  if (from.url.protocol === 'https:' && url.protocol === 'http:') {
    throw imageFault(
      'IMAGE_HTTP_ERROR',
      `${source} redirects from https to http, which is not followed; submit ${shownUrl(url.href)} if that is what you want.`,
    );
  }
  checkLiteral(url, policy);
  const own = basicAuthorization(url);
  return {
    url,
    authorization: own ?? (url.origin === from.url.origin ? from.authorization : undefined),
  };
}

/** The names of a machine for itself (RFC 6761), whatever its resolver makes of them. */
const OWN_NAME = /(?:^|\.)localhost\.?$/;
const OWN_ADDRESSES = ['127.0.0.1', '::1'];

/**
 * A host written as an address is never looked up. The URL parser has made 0x7f.1 into 127.0.0.1, and letters
 * small.
 */
function checkLiteral({ hostname }: URL, policy: AddressPolicy): void {
  const literal = /^\[.*\]$/.test(hostname) ? hostname.slice(1, -1) : hostname;
  const isLiteral = literal !== hostname || /^[\d.]+$/.test(hostname);
  const addresses = OWN_NAME.test(hostname) ? OWN_ADDRESSES : isLiteral ? [literal] : [];
  if (addresses.length > 0 && !addresses.some((address) => policy.allows(address))) {
    throw addressBlocked(hostname);
  }
}

function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const credentials = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

/** A password may hold a % that begins no code. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

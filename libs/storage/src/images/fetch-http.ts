import type { Readable } from 'node:stream';
import { CROPLINE_VERSION } from '@cropline/contracts';
import { Agent, type Dispatcher } from 'undici';
import { collectBytes, TooManyBytesError } from '../bytes/collect-bytes.js';
import { shownUrl } from '../shown-url.js';
import type { AddressPolicy } from './address-policy.js';
import { checkedLookup } from './checked-lookup.js';
import { decodedBody, isDecodable } from './decoded-body.js';
import { connectionFault, statusFault } from './http-fault.js';
import { firstHop, nextHop, type HttpHop } from './http-hop.js';
import { imageFault, tooLarge } from './image-fault.js';
import type { FetchLimits, ImageFetcher } from './image-fetcher.js';

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Of an answer that is not wanted, read at most so much to keep its connection. */
const DISCARDED_BYTES = 16 * 1024;

const HEADERS = {
  accept: 'image/*, */*;q=0.5',
  'accept-encoding': 'identity',
  'user-agent': `cropline/${CROPLINE_VERSION}`,
} as const;

/** Fetches over http and https; the connections stay open for the next image until it is closed. */
export interface HttpFetcher {
  readonly fetch: ImageFetcher;
  readonly close: () => Promise<void>;
}

/** What `httpFetcher` needs. */
export interface HttpFetcherOptions {
  readonly policy: AddressPolicy;
  readonly connectTimeoutMs: number;
}

/**
 * Fetches images over HTTP from hosts that the policy allows, at every hop of a redirect. Proxy settings of
 * the environment are not used: a proxy would connect to what this process must not.
 */
export function httpFetcher({ policy, connectTimeoutMs }: HttpFetcherOptions): HttpFetcher {
  const agent = new Agent({
    connect: { timeout: connectTimeoutMs, lookup: checkedLookup(policy) },
    // The attempt's own clock ends what is too slow.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    fetch: async (url, limits) => {
      let hop = firstHop(url, policy);
      for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
        const answer = await fetchHop(agent, hop, limits);
        if (Buffer.isBuffer(answer)) return answer;
        hop = nextHop(hop, answer.location, policy);
      }
      throw imageFault(
        'IMAGE_TOO_MANY_REDIRECTS',
        `${shownUrl(url)} redirects more than ${MAX_REDIRECTS} times; use the final URL.`,
      );
    },
    close: () => agent.destroy(),
  };
}

async function fetchHop(
  agent: Agent,
  hop: HttpHop,
  limits: FetchLimits,
): Promise<Buffer | { readonly location: string }> {
  const { url, authorization } = hop;
  try {
    const response = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      headers: authorization === undefined ? HEADERS : { ...HEADERS, authorization },
      signal: limits.signal,
    });
    const { statusCode, headers, body } = response;
    if (statusCode >= 200 && statusCode < 300) return await readBody(response, url.href, limits);
    await body.dump({ limit: DISCARDED_BYTES });
    const { location } = headers;
    if (REDIRECTS.has(statusCode) && typeof location === 'string') return { location };
    throw statusFault(url.href, statusCode, oneValue(headers['retry-after']));
  } catch (error) {
    if (error instanceof TooManyBytesError) throw tooLarge(url.href, error);
    throw connectionFault(error, url.href);
  }
}

async function readBody(
  { headers, body }: Dispatcher.ResponseData,
  url: string,
  { maxBytes }: FetchLimits,
): Promise<Buffer> {
  const announced = Number(oneValue(headers['content-length']) ?? Number.NaN);
  const expected = {
    limit: maxBytes,
    announced: Number.isSafeInteger(announced) ? announced : undefined,
  };
  const encoding = oneValue(headers['content-encoding'])?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return await collectBytes(body, expected);
  if (!isDecodable(encoding)) {
    discard(body);
    throw imageFault(
      'IMAGE_HTTP_ERROR',
      `${shownUrl(url)} is sent in the content encoding ${JSON.stringify(encoding.slice(0, 40))}, which is not read.`,
    );
  }
  return await collectBytes(decodedBody(body, encoding), { limit: maxBytes });
}

/** Gives the connection up; what a destroyed body still has to say is not wanted. */
function discard(body: Readable): void {
  body.on('error', () => undefined).destroy();
}

const oneValue = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

import { CROPLINE_VERSION, CroplineError } from '@cropline/contracts';
import { Agent } from 'undici';
import { createAddressPolicy } from '../images/address-policy.js';
import { checkedLookup } from '../images/checked-lookup.js';
import { connectionFault } from '../images/http-fault.js';
import { firstHop } from '../images/http-hop.js';
import { withinTime } from '../images/within-time.js';
import { shownUrl } from '../shown-url.js';

/** How long a receiver may take to connect and to answer, in milliseconds. */
const PATIENCE_MS = 15_000;

/** Posts to URLs that callers have named, from hosts that may be reached only. */
export interface HookSender {
  /** Fails as `post` would, for what shows without asking anyone. @throws `IMAGE_ADDRESS_BLOCKED` */
  check(url: string): void;
  /**
   * Posts JSON. Redirects are not followed, and of the answer only the status is read.
   *
   * @returns The status.
   * @throws `IMAGE_ADDRESS_BLOCKED`, which will not pass by itself; `IMAGE_*` with what else is wrong with the
   *   connection; the signal's reason.
   */
  post(
    url: string,
    message: { readonly body: string; readonly headers: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Promise<number>;
  close(): Promise<void>;
}

/** What a hook sender may do. */
export interface HookSenderOptions {
  /** Private networks that may be posted to, as `10.0.0.0/8`; by default public hosts only. */
  readonly allowNetworks?: readonly string[];
  /** How long one post may take, in milliseconds; default 15,000. */
  readonly timeoutMs?: number;
}

/** Makes a hook sender. @throws `CONFIG_INVALID` for what is no network. */
export function createHookSender({
  allowNetworks,
  timeoutMs = PATIENCE_MS,
}: HookSenderOptions = {}): HookSender {
  const policy = createAddressPolicy(allowNetworks);
  const agent = new Agent({
    connect: { timeout: timeoutMs, lookup: checkedLookup(policy) },
    // The clock of each post ends what is too slow.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    check: (url) => {
      firstHop(url, policy);
    },
    post: async (text, { body, headers }, signal) => {
      const { url } = firstHop(text, policy);
      const late = (): Error =>
        new CroplineError(
          'IMAGE_FETCH_TIMEOUT',
          `${shownUrl(text)} did not answer within ${timeoutMs / 1000} s.`,
        );
      const send = async (within: AbortSignal): Promise<number> => {
        const answer = await agent.request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: 'POST',
          headers: {
            ...headers,
            'content-type': 'application/json',
            'user-agent': `cropline/${CROPLINE_VERSION}`,
          },
          body,
          signal: within,
        });
        // What a receiver has to say is not wanted, however long it would take.
        answer.body.on('error', () => undefined).destroy();
        return answer.statusCode;
      };
      try {
        return await withinTime(send, { timeoutMs, onTimeout: late, signal });
      } catch (error) {
        throw connectionFault(error, text);
      }
    },
    close: () => agent.destroy(),
  };
}

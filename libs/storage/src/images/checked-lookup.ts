import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { AddressPolicy } from './address-policy.js';
import { imageFault } from './image-fault.js';

/** How a name becomes addresses: `dns.lookup` with `all`. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** `IMAGE_ADDRESS_BLOCKED`. The address itself is not told: it would map the inner network. */
export function addressBlocked(hostname: string): Error {
  return imageFault(
    'IMAGE_ADDRESS_BLOCKED',
    `Expected a public host, but ${hostname} is at a private, loopback, link-local or reserved address; use a public host, or have the operator allow the network.`,
  );
}

/**
 * The `lookup` of a socket that connects to allowed addresses only. The socket connects to the very
 * addresses that were checked, so a name that changes its answer between check and connection gains
 * nothing; of several addresses, those that are not allowed are passed over.
 *
 * A host that is written as an address is connected to without a look-up: check it before.
 */
export function checkedLookup(policy: AddressPolicy, resolve: Resolve = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const allowed = addresses.filter(({ address }) => policy.allows(address));
      const [first] = allowed;
      if (first === undefined) callback(addressBlocked(hostname), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

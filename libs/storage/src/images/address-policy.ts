import { CroplineError } from '@cropline/contracts';
import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.parse>;
type Network = ReturnType<typeof ipaddr.parseCIDR>;

/** Decides which addresses images may be fetched from. */
export interface AddressPolicy {
  /**
   * @param address An IPv4 or IPv6 address as text, without brackets. What is not one is refused.
   */
  allows(address: string): boolean;
}

/**
 * Global unicast, all that is assigned of it; the rest of IPv6 is special or unassigned (RFC 4291).
 */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');
/** IPv4 hosts as seen from IPv6-only networks: the last 32 bits are their address (RFC 6052). */
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96');
/** The host agent of Azure has a public address, and answers what others' metadata services do. */
const AZURE_HOST = ipaddr.parse('168.63.129.16').toString();

/**
 * Public addresses are allowed, and those of the given networks. Everything else is refused: loopback,
 * private, link-local (so the metadata services of clouds), carrier-grade NAT, multicast, reserved,
 * documentation and tunnel ranges, and IPv4 addresses of these in IPv6 notation.
 *
 * @param allowNetworks CIDR networks, such as `10.1.0.0/16` or `fd00::/8`.
 * @throws `CONFIG_INVALID` for what is no network.
 */
export function createAddressPolicy(allowNetworks: readonly string[] = []): AddressPolicy {
  const networks = allowNetworks.map(parseNetwork);
  const allowsParsed = (address: Address): boolean =>
    networks.some((network) => inNetwork(address, network)) || isPublic(address, allowsParsed);
  return {
    allows: (address) =>
      ipaddr.isValid(address) &&
      // Turns ::ffff:10.0.0.1 into 10.0.0.1, which is where a connection to it goes.
      allowsParsed(ipaddr.process(address)),
  };
}

function isPublic(address: Address, allows: (address: Address) => boolean): boolean {
  if (address.kind() === 'ipv4') {
    return address.range() === 'unicast' && address.toString() !== AZURE_HOST;
  }
  if (inNetwork(address, NAT64))
    return allows(ipaddr.fromByteArray(address.toByteArray().slice(12)));
  return inNetwork(address, GLOBAL_IPV6) && address.range() === 'unicast';
}

const inNetwork = (address: Address, network: Network): boolean =>
  address.kind() === network[0].kind() && address.match(network);

function parseNetwork(text: string): Network {
  if (!ipaddr.isValidCIDR(text)) {
    throw new CroplineError(
      'CONFIG_INVALID',
      `Expected a network such as 10.0.0.0/8 or fd00::/8, but received ${JSON.stringify(text)}.`,
    );
  }
  return ipaddr.parseCIDR(text);
}

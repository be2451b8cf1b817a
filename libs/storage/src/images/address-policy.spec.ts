import { CroplineError } from '@cropline/contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createAddressPolicy } from './address-policy.js';

/** Networks in which no public host is, as first address and prefix length. */
const INNER_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

const toNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const toText = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

const innerIpv4 = fc
  .tuple(fc.constantFrom(...INNER_IPV4), fc.nat({ max: 2 ** 32 - 1 }))
  .map(([[first, bits], host]) => toText(toNumber(first) + (host % 2 ** (32 - bits))));

const publicIpv4 = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.nat(255), fc.nat(255), fc.nat(255))
  .map((parts) => parts.join('.'));

const hex = (address: string): string => {
  const value = toNumber(address);
  return `${Math.floor(value / 65_536).toString(16)}:${(value % 65_536).toString(16)}`;
};
/** Ways to write an IPv4 address in IPv6; a connection to each may end at it. */
const asIpv6 = fc.constantFrom<((address: string) => string)[]>(
  (address) => `::ffff:${address}`,
  (address) => `::ffff:${hex(address)}`,
  (address) => `::${hex(address)}`,
  (address) => `64:ff9b::${hex(address)}`,
  (address) => `64:ff9b:1::${hex(address)}`,
  (address) => `::ffff:0:${hex(address)}`,
  (address) => `2002:${hex(address)}::1`,
);

const group = fc.nat(0xffff).map((value) => value.toString(16));
const ipv6Below = (first: number, last: number): fc.Arbitrary<string> =>
  fc
    .tuple(fc.integer({ min: first, max: last }), fc.array(group, { minLength: 7, maxLength: 7 }))
    .map(([head, rest]) => [head.toString(16), ...rest].join(':'));

describe('createAddressPolicy', () => {
  const policy = createAddressPolicy();

  it('allows public addresses, also in IPv6 notation and through NAT64', () => {
    fc.assert(
      fc.property(publicIpv4, (address) => {
        expect(policy.allows(address)).toBe(true);
        expect(policy.allows(`::ffff:${address}`)).toBe(true);
        expect(policy.allows(`64:ff9b::${hex(address)}`)).toBe(true);
      }),
    );
    fc.assert(fc.property(ipv6Below(0x2600, 0x261f), (address) => policy.allows(address)));
  });

  it('refuses every inner IPv4 address, however it is written', () => {
    fc.assert(
      fc.property(innerIpv4, asIpv6, (address, write) => {
        expect(policy.allows(address)).toBe(false);
        expect(policy.allows(write(address))).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses all IPv6 that is not global unicast', () => {
    const inner = fc.oneof(ipv6Below(0, 0x1fff), ipv6Below(0x4000, 0xffff));
    fc.assert(
      fc.property(inner, (address) => {
        fc.pre(!/^64:ff9b:/.test(address));
        expect(policy.allows(address)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '169.254.169.254',
    '100.100.100.200',
    '168.63.129.16',
    '::ffff:168.63.129.16',
    'fd00:ec2::254',
    '255.255.255.255',
    '192.0.2.1',
    '203.0.113.9',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    '2001:db8::1',
    '2001::1',
    'ff02::1',
    'localhost',
    '',
  ])('refuses %j', (address) => {
    expect(policy.allows(address)).toBe(false);
  });

  it('allows what the operator allowed, and no more', () => {
    const open = createAddressPolicy(['10.1.0.0/16', 'fd00:1::/32', '127.0.0.1/32']);
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', 'fd00:1::5', '127.0.0.1']) {
      expect(open.allows(address)).toBe(true);
    }
    for (const address of ['10.2.0.1', '127.0.0.2', 'fd00:2::5', '::1']) {
      expect(open.allows(address)).toBe(false);
    }
  });

  it.each(['10.0.0.0', '10.0.0.0/33', 'inner', '::/129'])('refuses the network %j', (network) => {
    expect(() => createAddressPolicy([network])).toThrow(CroplineError);
  });
});

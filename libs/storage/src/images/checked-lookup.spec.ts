import type { LookupAddress } from 'node:dns';
import { CroplineError } from '@cropline/contracts';
import { describe, expect, it } from '@jest/globals';
import { createAddressPolicy } from './address-policy.js';
import { checkedLookup, type Resolve } from './checked-lookup.js';

const PUBLIC_IPV4 = { address: '8.8.8.8', family: 4 };
const PUBLIC_IPV6 = { address: '2606:4700::1', family: 6 };
const PRIVATE = { address: '10.0.0.1', family: 4 };

const answering =
  (...addresses: LookupAddress[]): Resolve =>
  (_hostname, _options, callback) =>
    callback(null, addresses);

/** What a socket is given: the arguments of the look-up's callback. */
function lookUp(resolve: Resolve, all: boolean): unknown[] {
  let given: unknown[] = [];
  checkedLookup(createAddressPolicy(), resolve)('host', { all }, (...args) => (given = args));
  return given;
}

describe('checkedLookup', () => {
  it('hands on only the addresses that are allowed', () => {
    const resolve = answering(PRIVATE, PUBLIC_IPV6, PUBLIC_IPV4);
    expect(lookUp(resolve, true)).toEqual([null, [PUBLIC_IPV6, PUBLIC_IPV4]]);
    expect(lookUp(resolve, false)).toEqual([null, '2606:4700::1', 6]);
  });

  it('fails when none is, without telling the address', () => {
    for (const all of [true, false]) {
      const [error] = lookUp(answering(PRIVATE), all);
      expect(error).toBeInstanceOf(CroplineError);
      expect(error).toMatchObject({ code: 'IMAGE_ADDRESS_BLOCKED', retryable: false });
      expect((error as Error).message).not.toContain('10.0.0.1');
    }
  });

  it('hands on what the resolver fails with', () => {
    const failure = Object.assign(new Error('try again'), { code: 'EAI_AGAIN' });
    expect(lookUp((_hostname, _options, callback) => callback(failure, []), true)[0]).toBe(failure);
  });

  it('asks for every address with the hints of the socket', () => {
    let asked: unknown;
    const resolve: Resolve = (_hostname, options, callback) => {
      asked = options;
      callback(null, [PUBLIC_IPV4]);
    };
    checkedLookup(createAddressPolicy(), resolve)(
      'host',
      { family: 4, hints: 32 },
      () => undefined,
    );
    expect(asked).toEqual({ family: 4, hints: 32, all: true });
  });
});

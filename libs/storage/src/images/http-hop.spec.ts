import { CroplineError } from '@cropline/contracts';
import { describe, expect, it } from '@jest/globals';
import { createAddressPolicy } from './address-policy.js';
import { firstHop, nextHop } from './http-hop.js';

const policy = createAddressPolicy();

describe('nextHop', () => {
  it('follows from http to https, and stays on https', () => {
    const plain = firstHop('http://example.org/a/b?sig=1', policy);
    const secure = nextHop(plain, 'https://example.org/c', policy);
    expect(secure.url.href).toBe('https://example.org/c');
    expect(nextHop(secure, '../d?e', policy).url.href).toBe('https://example.org/d?e');
  });

  it('does not leave https for http, and shows no query of either', () => {
    const hop = firstHop('https://example.org/a?sig=hunter2', policy);
    const leave = (): unknown => nextHop(hop, 'http://example.org/b?sig=hunter2', policy);
    expect(leave).toThrow(expect.objectContaining({ code: 'IMAGE_HTTP_ERROR' }));
    expect(leave).toThrow(/http:\/\/example\.org\/b if/);
  });

  it('takes credentials of the redirect before those it came with', () => {
    const hop = firstHop('http://me:one@example.org/a', policy);
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    expect(hop.authorization).toBe(basic('me:one'));
    expect(nextHop(hop, '/b', policy).authorization).toBe(basic('me:one'));
    expect(nextHop(hop, 'http://you:two@example.org/b', policy).authorization).toBe(
      basic('you:two'),
    );
    expect(nextHop(hop, 'http://example.org:81/b', policy).authorization).toBeUndefined();
  });

  it('checks a host that is written as an address', () => {
    const hop = firstHop('http://8.8.8.8/a', policy);
    expect(() => nextHop(hop, 'http://0x0a000001/b', policy)).toThrow(CroplineError);
    expect(nextHop(hop, 'http://[2606:4700::1]/b', policy).url.hostname).toBe('[2606:4700::1]');
  });

  it.each(['localhost', 'localhost.', 'LOCALHOST', 'a.localhost', 'a.localhost.'])(
    'takes %s for this machine, whatever a resolver would say',
    (host) => {
      const blocked = expect.objectContaining({ code: 'IMAGE_ADDRESS_BLOCKED' });
      expect(() => firstHop(`http://${host}/a`, policy)).toThrow(blocked);
      for (const own of ['127.0.0.0/8', '::1/128']) {
        expect(() => firstHop(`http://${host}/a`, createAddressPolicy([own]))).not.toThrow();
      }
    },
  );

  it('takes a name that only ends like it for another machine', () => {
    expect(() => firstHop('http://notlocalhost/a', policy)).not.toThrow();
  });
});

import { describe, expect, it } from '@jest/globals';
import { describeRedis, parseRedisUrl, redisUrl, redisUrlOf } from './redis-address.js';

describe('a REDIS_URL', () => {
  it.each([
    [
      'redis://127.0.0.1:6379',
      { kind: 'single', tls: false, hosts: [{ host: '127.0.0.1', port: 6379 }], db: 0 },
    ],
    [
      'rediss://me:p%40ss%3A@redis.example/3',
      {
        kind: 'single',
        tls: true,
        username: 'me',
        password: 'p@ss:',
        hosts: [{ host: 'redis.example', port: 6379 }],
        db: 3,
      },
    ],
    [
      'redis://:a:b@c/d?@[::1]:7000/',
      {
        kind: 'single',
        tls: false,
        password: 'a:b@c/d?',
        hosts: [{ host: '::1', port: 7000 }],
        db: 0,
      },
    ],
    [
      'redis-sentinel://:pw@a,b:5000/mymaster/2?sentinelPassword=p%26w',
      {
        kind: 'sentinel',
        tls: false,
        password: 'pw',
        hosts: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 5000 },
        ],
        master: 'mymaster',
        db: 2,
        sentinelPassword: 'p&w',
      },
    ],
    [
      'rediss-cluster://a:7000,b:7001',
      {
        kind: 'cluster',
        tls: true,
        hosts: [
          { host: 'a', port: 7000 },
          { host: 'b', port: 7001 },
        ],
        db: 0,
      },
    ],
  ])('is read: %s', (url, address) => {
    expect(parseRedisUrl(url)).toEqual(address);
  });

  it.each([
    ['http://host', 'redis://host:6379'],
    ['redis://', 'redis://host:6379'],
    ['redis://host:70000', 'a port from 1 to 65535'],
    ['redis://a,b', 'one host'],
    ['redis://host/zero', 'the number of a database'],
    ['redis://host/0/1', 'the number of a database'],
    ['redis://host?family=6', 'only sentinelUsername and sentinelPassword'],
    ['redis://:%zz@host', 'a % of the user or password as %25'],
    ['redis-sentinel://host:26379', 'the name of the master'],
    ['redis-cluster://host/1', 'a cluster has only 0'],
    ['redis-cluster://host,', 'redis-cluster://host:6379'],
  ])('is refused, with what was expected and nothing of its own: %s', (url, fault) => {
    const parsed = redisUrl().safeParse(url);
    expect(parsed.success).toBe(false);
    const message = parsed.error?.issues[0]?.message ?? '';
    expect(message).toContain(fault);
    expect(message).not.toContain('zz');
  });

  it('is shown without its secrets', () => {
    const shown = (url: string): string => describeRedis(parseRedisUrl(url));
    expect(shown('redis://me:secret@[::1]')).toBe('Redis at [::1]:6379');
    expect(shown('redis-sentinel://:secret@a,b:1/main?sentinelPassword=hidden')).toBe(
      'the Redis main of the sentinels at a:26379, b:1',
    );
    expect(shown('redis-cluster://:secret@a,b')).toBe('the Redis Cluster at a:6379, b:6379');
  });

  it('takes a password from elsewhere', () => {
    const withPassword = (url: string): unknown =>
      parseRedisUrl(redisUrlOf({ REDIS_URL: url, REDIS_PASSWORD: 'p@/:%' }));
    expect(withPassword('redis-cluster://a:1,b:2')).toMatchObject({
      password: 'p@/:%',
      hosts: [{ host: 'a' }, { host: 'b' }],
    });
    expect(withPassword('redis://me:old@host/3')).toEqual({
      ...parseRedisUrl('redis://me@host/3'),
      password: 'p@/:%',
    });
  });
});

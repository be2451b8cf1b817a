import { z } from 'zod';

/** One server that is asked first: a Redis, a sentinel or a node of a cluster. */
export interface RedisHost {
  /** A name or an address; one of IPv6 without its brackets. */
  readonly host: string;
  readonly port: number;
}

/** What a REDIS_URL says. */
export interface RedisAddress {
  /** One server; one that sentinels tell of, and of its successor after a failover; a Redis Cluster. */
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  /** The server itself; the sentinels; nodes of the cluster, which tell of the others. */
  readonly hosts: readonly [RedisHost, ...RedisHost[]];
  /** The name that the sentinels know the server by. */
  readonly master?: string;
  /** What the sentinels themselves ask for, if they do. */
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  readonly db: number;
}

/** What a REDIS_URL looks like, for messages. */
const FORMS =
  'redis://host:6379, redis-sentinel://host:26379,host:26379/master or redis-cluster://host:6379,host:6379 ' +
  '(rediss… with TLS), a user and password before the hosts as user:password@, with their special characters ' +
  'percent-encoded';

const SCHEMES = /^redis(?<tls>s)?(?:-(?<kind>sentinel|cluster))?:\/\/(?<rest>.+)$/su;

/**
 * Reads a REDIS_URL. Names of the schemes are those that other Redis clients take, too.
 *
 * @throws An Error that says what was expected; it repeats nothing of the URL, which may hold a password.
 */
export function parseRedisUrl(url: string): RedisAddress {
  const { tls, kind = 'single', rest = '' } = SCHEMES.exec(url)?.groups ?? {};
  // The last one: a password may hold one that is not encoded, a host may not.
  const at = rest.lastIndexOf('@');
  const [place = '', query] = rest.slice(at + 1).split('?');
  const [hostList = '', ...path] = place.split('/');
  const [first, ...others] = hostList.split(',').map((host) => parseHost(host, kind));
  if (first === undefined) throw expected();
  if (kind === 'single' && others.length > 0) {
    throw expected('one host, or the scheme of sentinels or of a cluster');
  }
  return {
    kind: kind as RedisAddress['kind'],
    tls: tls !== undefined,
    ...credentials(at === -1 ? '' : rest.slice(0, at)),
    hosts: [first, ...others],
    ...parsePath(kind, path),
    ...parseQuery(kind, query),
  };
}

/** Where that is, without user and password, for messages. */
export function describeRedis({ kind, hosts, master = '' }: RedisAddress): string {
  const places = hosts
    .map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`)
    .join(', ');
  if (kind === 'sentinel') return `the Redis ${master} of the sentinels at ${places}`;
  return kind === 'cluster' ? `the Redis Cluster at ${places}` : `Redis at ${places}`;
}

/** A URL that `parseRedisUrl` reads; its value is never repeated. */
export const redisUrl = (): z.ZodType<string> =>
  z.string().superRefine((text, context) => {
    try {
      parseRedisUrl(text);
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error));
    }
  });

/** Where Redis is, by settings that are checked: REDIS_URL, with REDIS_PASSWORD in place of its own where set. */
export function redisUrlOf({
  REDIS_URL: url,
  REDIS_PASSWORD: password,
}: {
  readonly REDIS_URL: string;
  readonly REDIS_PASSWORD?: string | undefined;
}): string {
  if (password === undefined) return url;
  const [scheme = '', rest = ''] = url.split(/(?<=^[^:]*:\/\/)/u);
  const at = rest.lastIndexOf('@');
  const [user = ''] = at === -1 ? [] : rest.slice(0, at).split(':');
  return `${scheme}${user}:${encodeURIComponent(password)}@${rest.slice(at + 1)}`;
}

function parseHost(text: string, kind: string): RedisHost {
  const parts = /^(?:\[(?<ip>[\da-f:.]+)\]|(?<name>[\w.-]+))(?::(?<port>\d{1,5}))?$/iu.exec(text);
  const { ip, name, port = kind === 'sentinel' ? '26379' : '6379' } = parts?.groups ?? {};
  const host = ip ?? name;
  if (host === undefined) throw expected();
  if (Number(port) < 1 || Number(port) > 65_535) throw expected('a port from 1 to 65535');
  return { host, port: Number(port) };
}

function credentials(text: string): Pick<RedisAddress, 'username' | 'password'> {
  const [username = '', ...rest] = text.split(':');
  const password = rest.join(':');
  try {
    return {
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    };
  } catch {
    throw expected('a % of the user or password as %25');
  }
}

function parsePath(
  kind: string,
  [...segments]: readonly string[],
): Pick<RedisAddress, 'master' | 'db'> {
  const master = kind === 'sentinel' ? segments.shift() : undefined;
  if (kind === 'sentinel' && !/^[\w.-]+$/u.test(master ?? '')) {
    throw expected('the name of the master after the sentinels');
  }
  const [db = '', ...more] = segments;
  if (more.length > 0 || !/^\d{0,5}$/u.test(db)) throw expected('the number of a database, if any');
  if (kind === 'cluster' && Number(db) > 0) throw expected('no database: a cluster has only 0');
  return { ...(master === undefined ? {} : { master }), db: Number(db) };
}

function parseQuery(
  kind: string,
  query: string | undefined,
): Pick<RedisAddress, 'sentinelUsername' | 'sentinelPassword'> {
  if (query === undefined) return {};
  const given = Object.fromEntries(new URLSearchParams(query));
  const { sentinelUsername, sentinelPassword, ...others } = given;
  if (kind !== 'sentinel' || Object.keys(others).length > 0) {
    throw expected('after a ? only sentinelUsername and sentinelPassword of sentinels');
  }
  return {
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
  };
}

function expected(detail?: string): Error {
  return new Error(`expected ${detail === undefined ? '' : `${detail}: `}${FORMS}`);
}

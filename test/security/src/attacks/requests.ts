import { gzipSync } from 'node:zlib';
import type { Attack } from '../attack.js';
import { guardedApi, type GuardedApi } from '../guarded-api.js';
import { answerOf } from '../outcome-of.js';
import { rawStatuses } from '../raw-answers.js';

const attack = (
  name: string,
  expected: string,
  run: (api: GuardedApi) => Promise<string>,
): Attack => ({ name, area: 'requests', expected, run: async () => run(await guardedApi()) });

type Headers = Readonly<Record<string, string>>;

/** Sends a request with a key that may read and submit, and tells what was answered. */
async function ask(
  { url, keys }: GuardedApi,
  line: string,
  {
    headers = {},
    body,
  }: { readonly headers?: Headers; readonly body?: string | Uint8Array<ArrayBuffer> } = {},
): Promise<string> {
  const [method = '', path = ''] = line.split(' ');
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${keys.all.key}`, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return answerOf(response);
}

const JSON_TYPE = { 'content-type': 'application/json' };
const submit = (
  api: GuardedApi,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Headers = {},
): Promise<string> => ask(api, 'POST /v1/batches', { headers: { ...JSON_TYPE, ...headers }, body });

/** Files beside those that are served, in every spelling of the way there. */
const TRAVERSALS = [
  '/docs/../../package.json',
  '/docs/..%2f..%2fpackage.json',
  '/docs/%2e%2e/%2e%2e/package.json',
  '/docs/..%5c..%5cpackage.json',
  '/docs/....//....//package.json',
  '/docs/swagger-ui.css/..;/..;/package.json',
  '/docs/%252e%252e/package.json',
  '/docs//etc/passwd',
  '/docs/file:///etc/passwd',
  '/docs/index.ejs',
  '/admin/queues/static/..%2f..%2fpackage.json',
  '/admin/queues/static/../index.ejs',
  '/admin/queues/static/..%5cindex.ejs',
  '/admin/queues/static//etc/passwd',
];

const traversals = TRAVERSALS.map((path) =>
  attack(`GET ${path}`, '404', ({ url, keys }) => {
    const { key } = path.startsWith('/admin') ? keys.admin : keys.all;
    const head = `GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}`;
    return rawStatuses(url, `${head}\r\nConnection: close\r\n\r\n`);
  }),
);

/** What an item list is said to be, so that what reads it takes it for something else. */
const TYPES: readonly (readonly [type: string, expected: string])[] = [
  ['text/plain', '415 MEDIA_TYPE_UNSUPPORTED'],
  ['application/x-www-form-urlencoded', '415 MEDIA_TYPE_UNSUPPORTED'],
  ['multipart/form-data; boundary=x', '415 MEDIA_TYPE_UNSUPPORTED'],
  ['application/xml', '415 MEDIA_TYPE_UNSUPPORTED'],
  ['application/json; charset=utf-7', '415 MEDIA_TYPE_UNSUPPORTED'],
  ['application/json, text/plain', '415 MEDIA_TYPE_UNSUPPORTED'],
  ['image/svg+xml', '415 MEDIA_TYPE_UNSUPPORTED'],
];

const ITEM = '{"url":"s3://photos/mine/1.jpg"}';
const types = TYPES.map(([type, expected]) =>
  attack(`batch as ${type}`, expected, (api) =>
    submit(api, `{"items":[${ITEM}]}`, { 'content-type': type }),
  ),
);

/** Bodies that mean to reach what is behind the object they are read into, or to exhaust it. */
const BODIES: readonly (readonly [name: string, body: string, expected: string])[] = [
  ['__proto__', `{"__proto__":{"total":1},"items":[${ITEM}]}`, '422 REQUEST_INVALID'],
  [
    'constructor',
    `{"constructor":{"prototype":{"total":1}},"items":[${ITEM}]}`,
    '422 REQUEST_INVALID',
  ],
  [
    'an item of __proto__',
    '{"items":[{"__proto__":{"url":"s3://photos/mine/1.jpg"}}]}',
    '422 REQUEST_INVALID',
  ],
  ['a tenant of its own', `{"tenant":"theirs","items":[${ITEM}]}`, '422 REQUEST_INVALID'],
  ['prefixes of its own', `{"read":["s3://"],"items":[${ITEM}]}`, '422 REQUEST_INVALID'],
  ['a list as the object', '[[["a"]]]', '422 REQUEST_INVALID'],
  ['null', 'null', '422 REQUEST_INVALID'],
  ['items that look like a list', '{"items":{"length":1000000000}}', '422 REQUEST_INVALID'],
  ['100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, '422 REQUEST_INVALID'],
  [
    '100,000 levels of metadata',
    `{"metadata":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
    '422 REQUEST_INVALID',
  ],
  ['a million open brackets', '['.repeat(1_000_000), '400 REQUEST_MALFORMED'],
  [
    'a number beyond all numbers',
    `{"items":[${ITEM}],"errorThreshold":1e999}`,
    '422 REQUEST_INVALID',
  ],
  ['NaN', `{"items":[${ITEM}],"errorThreshold":NaN}`, '400 REQUEST_MALFORMED'],
  ['a comment', `{"items":[${ITEM}]/**/}`, '400 REQUEST_MALFORMED'],
  [
    'a NUL after each letter',
    Buffer.from(`{"items":[${ITEM}]}`, 'utf16le').toString('latin1'),
    '400 REQUEST_MALFORMED',
  ],
];

const bodies = BODIES.map(([name, body, expected]) =>
  attack(`batch with ${name}`, expected, (api) => submit(api, body)),
);

/** Queries that a parser of query strings could make objects and lists of. */
const QUERIES = [
  '__proto__[limit]=1',
  'limit[__proto__]=1',
  'status[$ne]=completed',
  'limit=1&limit=2',
  'limit=1e3',
  'limit=-1',
  'limit=0x10',
  'limit=1%00',
  'constructor=1',
];

const queries = QUERIES.map((query) =>
  attack(`GET /v1/batches?${query}`, '422 REQUEST_INVALID', (api) =>
    ask(api, `GET /v1/batches?${query}`),
  ),
);

/** A request that says of itself that it is another. */
const OTHERWISE: readonly (readonly [
  name: string,
  line: string,
  headers: Headers,
  expected: string,
])[] = [
  ['X-HTTP-Method-Override', 'GET /v1/batches', { 'x-http-method-override': 'DELETE' }, '200'],
  [
    'X-Method-Override',
    'POST /v1/batches/x',
    { 'x-method-override': 'DELETE' },
    '405 METHOD_NOT_ALLOWED',
  ],
  ['_method', 'POST /v1/batches/x?_method=DELETE', {}, '405 METHOD_NOT_ALLOWED'],
  [
    'X-Original-URL',
    'POST /v1/admin/reconcile',
    { 'x-original-url': '/health/live' },
    '403 SCOPE_MISSING',
  ],
  ['X-Rewrite-URL', 'GET /health/live', { 'x-rewrite-url': '/v1/admin/reconcile' }, '200'],
  ['an unknown method', 'PROPFIND /v1/batches', {}, '405 METHOD_NOT_ALLOWED'],
  ['a path that is not UTF-8', 'GET /v1/batches/%ff', {}, '400 REQUEST_MALFORMED'],
  ['an id that is a path', 'GET /v1/batches/..%2f..%2faccess', {}, '404 BATCH_NOT_FOUND'],
  ['an id that is a pattern', 'GET /v1/batches/*', {}, '404 BATCH_NOT_FOUND'],
  ['an id with a line break', 'GET /v1/batches/a%0d%0aX:1', {}, '404 BATCH_NOT_FOUND'],
  ['a cursor of its own making', 'GET /v1/batches?cursor=eyJhIjoxfQ', {}, '400 CURSOR_INVALID'],
];

const otherwise = OTHERWISE.map(([name, line, headers, expected]) =>
  attack(`${line} with ${name}`, expected, (api) => ask(api, line, { headers })),
);

/** Requests that mean something else than they seem to. */
export const REQUEST_ATTACKS: readonly Attack[] = [
  ...traversals,
  ...types,
  ...bodies,
  ...queries,
  ...otherwise,
  attack('batch of 64 MiB of blanks in 64 KiB of gzip', '413 REQUEST_TOO_LARGE', (api) =>
    submit(api, gzipSync(Buffer.alloc(64 * 2 ** 20, ' ')), { 'content-encoding': 'gzip' }),
  ),
  attack('batch packed twice', '415 MEDIA_TYPE_UNSUPPORTED', (api) =>
    submit(api, gzipSync(gzipSync('{}')), { 'content-encoding': 'gzip, gzip' }),
  ),
  attack('batch that is no gzip', '400 REQUEST_MALFORMED', (api) =>
    submit(api, `{"items":[${ITEM}]}`, { 'content-encoding': 'gzip' }),
  ),
  attack('idempotency key of 10,000 letters', '422 REQUEST_INVALID', (api) =>
    submit(api, `{"items":[${ITEM}]}`, { 'idempotency-key': 'x'.repeat(10_000) }),
  ),
];

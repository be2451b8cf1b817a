import { randomBytes } from 'node:crypto';
import type { Attack } from '../attack.js';
import { guardedApi, type GuardedApi, type KeyName } from '../guarded-api.js';
import { answerOf } from '../outcome-of.js';

const attack = (
  name: string,
  expected: string,
  run: (api: GuardedApi) => Promise<string>,
): Attack => ({ name, area: 'keys', expected, run: async () => run(await guardedApi()) });

type Headers = Readonly<Record<string, string>>;

async function ask(
  { url }: GuardedApi,
  line: string,
  { headers = {}, json }: { readonly headers?: Headers; readonly json?: object } = {},
): Promise<string> {
  const [method = '', path = ''] = line.split(' ');
  const type: Headers = json === undefined ? {} : { 'content-type': 'application/json' };
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  return answerOf(await fetch(url + path, { method, headers: { ...type, ...headers }, ...body }));
}

const bearer = (key: string): Headers => ({ authorization: `Bearer ${key}` });
const basic = (text: string): Headers => ({
  authorization: `Basic ${Buffer.from(text).toString('base64')}`,
});

/** What is sent instead of a key that is good; of the keys there are, `all` and others are at hand. */
const FORGED: readonly (readonly [name: string, headers: (api: GuardedApi) => Headers])[] = [
  ['an unknown id', () => bearer(`cropline_000000000000_${'0'.repeat(64)}`)],
  ['the id of a key and another secret', ({ keys }) => bearer(forged(keys.all.facts.keyId))],
  ['a key but for its last character', ({ keys }) => bearer(turned(keys.all.key))],
  ['a key and more', ({ keys }) => bearer(`${keys.all.key}0`)],
  ['a key in capitals', ({ keys }) => bearer(keys.all.key.toUpperCase())],
  [
    'the digest that is stored as the secret',
    ({ keys }) => bearer(`cropline_${keys.all.facts.keyId}_${keys.all.facts.digest}`),
  ],
  ['the id alone', ({ keys }) => bearer(`cropline_${keys.all.facts.keyId}_`)],
  ['an id that leads to another object', () => bearer(`cropline_../../../x_${'0'.repeat(64)}`)],
  ['an id of an object key', () => bearer('cropline___proto___0')],
  ['a revoked key', ({ keys }) => bearer(keys.revoked.key)],
  ['a key that ran out', ({ keys }) => bearer(keys.expired.key)],
  ['Basic with the key as the user', ({ keys }) => basic(`${keys.all.key}:`)],
  ['Basic with another password', () => basic('admin:admin')],
  ['Digest', ({ keys }) => ({ authorization: `Digest ${keys.all.key}` })],
  ['two keys, the good one first', ({ keys }) => bearer(`${keys.all.key}, Bearer x`)],
];

const forgeries = FORGED.map(([name, headers]) =>
  attack(name, '401 KEY_INVALID', (api) => ask(api, 'GET /v1/batches', { headers: headers(api) })),
);

/** Ways to say a key that it is not taken from. */
const ELSEWHERE: readonly (readonly [name: string, path: string, header: string])[] = [
  ['no key', '/v1/batches', ''],
  ['a key in the query', '/v1/batches?key=KEY&access_token=KEY', ''],
  ['a key in X-Api-Key', '/v1/batches', 'x-api-key'],
  ['a key in a cookie', '/v1/batches', 'cookie'],
  ['a key in Proxy-Authorization', '/v1/batches', 'proxy-authorization'],
  ['no key, the path in capitals', '/V1/BATCHES', ''],
  ['no key, with a slash', '/v1/batches/', ''],
  ['no key, two slashes', '//v1/batches', ''],
  ['no key, encoded', '/v1/%62atches', ''],
  ['no key, through the probes', '/health/..%2fv1/batches', ''],
  ['no key: reference', '/docs', ''],
  ['no key: document', '/docs/openapi.json', ''],
  ['no key: script of the reference', '/docs/swagger-ui-init.js', ''],
  ['no key: metrics', '/metrics', ''],
  ['no key: board', '/admin/queues', ''],
];

const misplaced = ELSEWHERE.map(([name, path, header]) =>
  attack(name, '401 KEY_REQUIRED', (api) => {
    const { key } = api.keys.all;
    const headers: Headers = header === '' ? {} : { [header]: `Bearer ${key}` };
    return ask(api, `GET ${path.replaceAll('KEY', key)}`, { headers });
  }),
);

const REACHED: readonly (readonly [key: KeyName, line: string])[] = [
  ['read', 'POST /v1/batches'],
  ['read', 'POST /v1/classifications'],
  ['read', 'POST /v1/uploads'],
  ['read', 'DELETE /v1/batches/BATCH'],
  ['submit', 'GET /v1/batches'],
  ['submit', 'GET /docs'],
  ['all', 'POST /v1/admin/reconcile'],
  ['all', 'POST /V1/Admin/Reconcile/'],
  ['all', 'GET /metrics'],
  ['all', 'GET /admin/queues'],
  ['admin', 'GET /v1/batches'],
];

const overreaching = REACHED.map(([name, line]) =>
  attack(`key with the scope ${scopeOf(name)}: ${line}`, '403 SCOPE_MISSING', (api) =>
    ask(api, line.replace('BATCH', api.theirBatch), { headers: bearer(api.keys[name].key) }),
  ),
);

const foreignBatch = [
  'GET /v1/batches/BATCH',
  'GET /v1/batches/BATCH/results',
  'GET /v1/batches/BATCH/results?format=csv',
  'GET /v1/batches/BATCH/summary',
  'GET /v1/batches/BATCH/events',
  'GET /v1/batches/BATCH/items/secret',
  'POST /v1/batches/BATCH/cancel',
  'POST /v1/batches/BATCH/retry',
  'DELETE /v1/batches/BATCH',
].map((line) =>
  attack(`batch of another tenant: ${line}`, '404 BATCH_NOT_FOUND', (api) =>
    ask(api, line.replace('BATCH', api.theirBatch), { headers: bearer(api.keys.all.key) }),
  ),
);

const OUTSIDE: readonly (readonly [name: string, request: object])[] = [
  ['item', { items: [{ url: 's3://photos/theirs/1.jpg' }] }],
  ['item by dots', { items: [{ url: 's3://photos/mine/../theirs/1.jpg' }] }],
  ['item in a folder of a similar name', { items: [{ url: 's3://photos/mine-too/1.jpg' }] }],
  ['item on a host', { items: [{ url: 'https://example.org/1.jpg' }] }],
  ['item among the keys', { items: [{ url: 's3://results/batches/access/keys/1.json' }] }],
  ['item among uploads of all', { items: [{ url: 's3://results/batches/uploads/1' }] }],
  ['source', { source: { type: 's3Prefix', url: 's3://photos/' } }],
  ['source of a similar name', { source: { type: 's3Prefix', url: 's3://photos/mine' } }],
  ['output', { items: [mine('1')], output: { url: 's3://results/theirs' } }],
  ['output among the keys', { items: [mine('1')], output: { url: 's3://results/batches/access' } }],
];

const outside = OUTSIDE.map(([name, request]) =>
  attack(`outside the prefixes of the key: ${name}`, '403 LOCATION_FORBIDDEN', (api) =>
    ask(api, 'POST /v1/batches', { headers: bearer(api.keys.all.key), json: request }),
  ),
);

const others: readonly Attack[] = [
  attack('list: batches of another tenant', 'none of theirs', async (api) => {
    const response = await fetch(`${api.url}/v1/batches`, { headers: bearer(api.keys.read.key) });
    const text = await response.text();
    return response.ok && !text.includes(api.theirBatch) ? 'none of theirs' : text;
  }),
  attack('idempotency key of another tenant', 'a batch of its own', async (api) => {
    const response = await fetch(`${api.url}/v1/batches`, {
      method: 'POST',
      headers: {
        ...bearer(api.keys.all.key),
        'content-type': 'application/json',
        'idempotency-key': 'one key for two',
      },
      body: JSON.stringify({ items: [mine('1')] }),
    });
    const { id } = (await response.json()) as { id?: string };
    const own = response.status === 202 && id !== api.theirBatch;
    return own ? 'a batch of its own' : `${response.status} ${id ?? ''}`;
  }),
  attack('deleting, said to be a GET', '403 SCOPE_MISSING', (api) =>
    ask(api, `DELETE /v1/batches/${api.theirBatch}?_method=GET`, {
      headers: { ...bearer(api.keys.read.key), 'x-http-method-override': 'GET' },
    }),
  ),
  attack('page of another origin, key added by the browser', '403 HOST_FORBIDDEN', (api) =>
    ask(api, `POST /v1/batches/${api.theirBatch}/cancel`, {
      headers: { ...basic(`x:${api.keys.theirs.key}`), origin: 'https://evil.example' },
    }),
  ),
  attack('secrets in object storage', 'none', async (api) => {
    for await (const { url } of api.store.list('s3://results/')) {
      const text = (await api.store.get(url)).toString('latin1');
      if (secretsOf(api).some((secret) => text.includes(secret))) return url;
    }
    return 'none';
  }),
  attack('keys in the log of the API', 'none', async (api) => {
    const { key } = api.keys.all;
    await ask(api, `GET /v1/batches?key=${key}`, { headers: bearer(key) });
    await ask(api, `GET /${key}`, { headers: bearer(forged(api.keys.all.facts.keyId)) });
    await ask(api, `POST /${key}`, { headers: bearer(key) });
    const written = api.output.join('\n');
    return secretsOf(api).some((secret) => written.includes(secret)) ? 'some' : 'none';
  }),
];

/** Who asks for something without a key that is good, or with one that is good for something else. */
export const KEY_ATTACKS: readonly Attack[] = [
  ...misplaced,
  ...forgeries,
  ...overreaching,
  ...foreignBatch,
  ...outside,
  ...others,
];

function scopeOf(name: KeyName): string {
  return name === 'all' ? 'read and submit' : name;
}

function mine(name: string): { readonly url: string } {
  return { url: `s3://photos/mine/${name}.jpg` };
}

function forged(keyId: string): string {
  return `cropline_${keyId}_${randomBytes(32).toString('hex')}`;
}

function turned(key: string): string {
  return key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
}

function secretsOf({ keys }: GuardedApi): string[] {
  return Object.values(keys).map(({ key }) => key.slice(-64));
}

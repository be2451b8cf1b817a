import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyRing, KeyStore } from '@cropline/access';
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startFauxqs, type FauxqsServer } from 'fauxqs';
import { ApiStandIn } from '../../testing/api-stand-in.js';
import { runCropline, type Ended } from '../../testing/run-cropline.js';

let server: FauxqsServer;
let store: ObjectStore;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  server.createBucket('results');
  store = createObjectStore({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${server.port}`,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
  });
});
afterAll(async () => {
  store.close();
  await server.stop();
});

const keys = (...words: string[]): Promise<Ended> =>
  runCropline(['admin', 'keys', ...words], {
    env: {
      S3_ENDPOINT: `http://127.0.0.1:${server.port}`,
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      CROPLINE_OUTPUT_URL: 's3://results/batches',
    },
  });
const callerOf = (key: string) =>
  new KeyRing(new KeyStore(store, 's3://results/batches/access')).callerOf(key);

it('makes, lists, replaces and revokes keys, and shows each once', async () => {
  const made = await keys(
    ...['create', '--tenant', 'acme', '--scope', 'read', '--scope', 'submit'],
    ...['--read', 's3://photos/', '--read', 'https://', '--write', 's3://results/acme/'],
    ...['--expires-in', '90d', '--requests-per-minute', '60', '--max-open-batches', '3'],
    ...['--max-open-items', '1000'],
  );
  expect(made.code).toBe(0);
  const key = made.stdout.trim();
  const id = key.split('_')[1] ?? '';
  expect(made.stderr).toContain(`Key      ${id}\nTenant   acme\nScopes   read, submit\n`);
  expect(made.stderr).toContain('60 requests a minute, 3 open batches, 1000 open items');
  expect(made.stderr).not.toContain(key.slice(-64));
  expect(await callerOf(key)).toEqual({
    keyId: id,
    tenant: 'acme',
    scopes: ['read', 'submit'],
    read: ['s3://photos/', 'https://'],
    write: ['s3://results/acme/'],
    limits: { requestsPerMinute: 60, openBatches: 3, openItems: 1000 },
  });

  const rotated = await keys('rotate', id, '--overlap', '1h', '--json');
  const next = JSON.parse(rotated.stdout) as { key: string; keyId: string };
  expect(rotated.stderr).toContain(`The old key ${id} stays valid until`);
  await expect(callerOf(next.key)).resolves.toMatchObject({ tenant: 'acme' });

  const revoked = await keys('revoke', id);
  expect([revoked.code, revoked.stdout]).toEqual([0, '']);
  await expect(callerOf(key)).rejects.toThrow('was revoked');

  const listed = await keys('list');
  expect(listed.stdout).toMatch(new RegExp(`^ID .*\\n${id} +acme +read,submit +revoked `));
  expect(listed.stdout).toMatch(new RegExp(`\\n${next.keyId} +acme +read,submit +valid `));
  const json = await keys('list', '--json');
  const states = json.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(states).toMatchObject([{ keyId: id, state: 'revoked' }, { state: 'valid' }]);
  for (const secret of [key, next.key]) {
    expect(listed.stdout + json.stdout + revoked.stderr).not.toContain(secret.slice(-64));
  }
  expect(json.stdout).not.toContain('digest');
});

it.each([
  [['create', '--tenant', 'acme'], '--scope'],
  [['create', '--scope', 'read'], '--tenant'],
  [['create', '--tenant', '../acme', '--scope', 'read'], 'Expected a name'],
  [['create', '--tenant', 'a', '--scope', 'root'], 'Expected one of read, submit, admin'],
  [['create', '--tenant', 'a', '--scope', 'read', '--read', 'photos/'], 's3://bucket/folder/'],
  [['create', '--tenant', 'a', '--scope', 'read', '--write', 'https://h/'], 's3://bucket/folder/'],
])('refuses %j', async (words, reason) => {
  const { code, stdout, stderr } = await keys(...words);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('USAGE_INVALID');
  expect(stderr).toContain(reason);
});

it('says what is missing: a key, or where keys are', async () => {
  const unknown = await keys('revoke', '000000000000');
  expect(unknown.code).toBe(3);
  expect(unknown.stderr).toMatch(/^cropline: KEY_NOT_FOUND: /);
  const nowhere = await runCropline(['admin', 'keys', 'list']);
  expect([nowhere.code, nowhere.stderr]).toEqual([
    2,
    expect.stringContaining('CROPLINE_OUTPUT_URL'),
  ]);
});

it('calls the API with the key of the environment, or of a file', async () => {
  const api = new ApiStandIn();
  await api.start();
  const folder = await mkdtemp(join(tmpdir(), 'cropline-key-'));
  try {
    const CROPLINE_API_KEY_FILE = join(folder, 'key');
    await writeFile(CROPLINE_API_KEY_FILE, 'cropline_2_2\n');
    const words = ['status', 'b1', '--api', api.url];
    await runCropline(words, { env: { CROPLINE_API_KEY_FILE } });
    await runCropline(words, { env: { CROPLINE_API_KEY: 'cropline_1_1', CROPLINE_API_KEY_FILE } });
    await runCropline(words);
    expect(api.credentials).toEqual(['Bearer cropline_2_2', 'Bearer cropline_1_1', undefined]);
    const missing = { CROPLINE_API_KEY_FILE: join(folder, 'none') };
    const { code, stderr } = await runCropline(words, { env: missing });
    expect([code, stderr]).toEqual([2, expect.stringContaining('Expected an API key in')]);
  } finally {
    await rm(folder, { recursive: true });
    await api.stop();
  }
});

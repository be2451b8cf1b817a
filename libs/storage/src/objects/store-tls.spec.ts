import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { selfMadeCertificate } from '../testing/self-made-certificate.js';

/** Reads an object twice, which goes by the SDK and then without, and prints what came. */
const CHILD = `
  const [index, endpoint] = process.argv.slice(1);
  const { createObjectStore } = await import(index);
  const store = createObjectStore({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
  });
  try {
    await store.put('s3://photos/cat.jpg', 'meow');
    const read = [];
    for (let n = 0; n < 2; n += 1) {
      read.push((await store.get('s3://photos/cat.jpg', { retry: false })).toString());
    }
    console.log(read.join(' '));
  } catch (error) {
    console.log(error.code, error.retryable, error.message);
  }
  store.close();
`;

describe('an object store behind a certificate of an authority of one’s own', () => {
  let folder = '';
  let endpoint = '';
  let stop: () => Promise<void>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-tls-'));
    const certificate = selfMadeCertificate();
    await writeFile(join(folder, 'ca.pem'), certificate.cert);
    const server = createServer(certificate, (request, response) => {
      request.resume().on('end', () => response.end(request.method === 'GET' ? 'meow' : ''));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    stop = async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await rm(folder, { recursive: true, force: true });
    };
  });
  afterAll(() => stop());

  const child = async (env: Record<string, string>): Promise<string> => {
    const index = new URL('../index.js', import.meta.url).href;
    const args = ['--no-warnings', '--input-type=module', '-e', CHILD, index, endpoint];
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, args, {
      env: { PATH: process.env['PATH'], ...env },
    });
    return stdout.trim();
  };

  it('is reached where NODE_EXTRA_CA_CERTS names the authority, and nowhere else', async () => {
    const [trusting, other] = await Promise.all([
      child({ NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }),
      child({}),
    ]);
    expect(trusting).toBe('meow meow');
    expect(other).toMatch(/^STORAGE_UNAVAILABLE true .*NODE_EXTRA_CA_CERTS/);
  });
});

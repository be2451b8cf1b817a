import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTlsRedis, type TlsRedis } from '@cropline/tools';

const PROGRAM = fileURLToPath(new URL('./testing/check-redis.js', import.meta.url));

let redis: TlsRedis;
beforeAll(async () => {
  redis = await startTlsRedis('p@ss/word');
});
afterAll(() => redis.stop());

/** What a process says that asks whether Redis answers. */
async function said(url: string, env: Readonly<Record<string, string>>): Promise<string> {
  const args = ['--no-warnings', PROGRAM, url];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return stdout.trim();
}

describe('a Redis that speaks TLS with a certificate of its operator', () => {
  it('is reached with the authority in NODE_EXTRA_CA_CERTS, and by nobody without it', async () => {
    const [trusting, careful, plain] = await Promise.all([
      said(redis.url, { NODE_EXTRA_CA_CERTS: redis.authority }),
      said(redis.url, {}),
      said(redis.url.replace('rediss:', 'redis:'), { NODE_EXTRA_CA_CERTS: redis.authority }),
    ]);
    expect(trusting).toBe('it answers');
    expect(careful).toMatch(/^Expected Redis at 127\.0\.0\.1:\d+ to answer.*self-signed/);
    expect(plain).toMatch(/^Expected Redis at 127\.0\.0\.1:\d+ to answer, but it did not/);
    expect(careful + plain).not.toMatch(/p@ss|p%40ss/);
  });
});

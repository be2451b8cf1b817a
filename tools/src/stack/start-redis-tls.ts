import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from './make-certificate.js';
import { redisArguments, startRedisProcess } from './redis-process.js';
import { findRedisServer, type RedisServer } from './start-redis.js';

/** A Redis that speaks TLS and nothing else. */
export interface TlsRedis extends RedisServer {
  /** The file of the authority that vouches for it. */
  readonly authority: string;
}

/**
 * Starts a Redis with a certificate made for it and a password, which its `rediss://` URL holds.
 *
 * @throws `QUEUE_UNAVAILABLE` when no server is installed; an Error without openssl.
 */
export async function startTlsRedis(password: string): Promise<TlsRedis> {
  const command = findRedisServer();
  const folder = await mkdtemp(join(tmpdir(), 'cropline-redis-tls-'));
  try {
    const { certificate, key } = await makeCertificate(folder);
    const { server, port } = await startRedisProcess({
      command,
      folder,
      args: (free) =>
        redisArguments({
          port: '0',
          'tls-port': String(free),
          'tls-cert-file': certificate,
          'tls-key-file': key,
          'tls-ca-cert-file': certificate,
          'tls-auth-clients': 'no',
          bind: '127.0.0.1',
          dir: folder,
          save: '',
          requirepass: password,
        }),
    });
    return {
      url: `rediss://:${encodeURIComponent(password)}@127.0.0.1:${port}`,
      pid: server.pid,
      authority: certificate,
      stop: async () => {
        await server.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

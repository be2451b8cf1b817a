import { setTimeout as sleep } from 'node:timers/promises';
import { startTcpProxy, type ProcessExit, type TcpProxy } from '@cropline/tools';
import { Redis } from 'ioredis';
import type { RedisService } from '../chaos-system.js';
import { RedisServer } from './redis-server.js';
import type { StoppedTimes } from './stopped-times.js';

const LOOK_MS = 50;

type OnLine = (source: string, line: string) => void;

/** The Redis of a chaos run: a server behind a proxy, which may be another server a moment later. */
export class ProxiedRedis implements RedisService {
  readonly name = 'redis';
  readonly proxy: TcpProxy;
  /** When it last lost what it had acknowledged, in milliseconds since 1970; 0 when it never did. */
  lostAt = 0;
  readonly #onLine: OnLine;
  readonly #stopped: StoppedTimes;
  #server: RedisServer;

  private constructor(server: RedisServer, proxy: TcpProxy, stopped: StoppedTimes, onLine: OnLine) {
    this.#server = server;
    this.proxy = proxy;
    this.#stopped = stopped;
    this.#onLine = onLine;
  }

  /** Starts a server and the proxy before it. */
  static async start(stopped: StoppedTimes, onLine: OnLine): Promise<ProxiedRedis> {
    const server = await RedisServer.start(onLine);
    return new ProxiedRedis(server, await startTcpProxy(server.url), stopped, onLine);
  }

  get url(): string {
    return this.#server.url.href;
  }

  get pid(): number {
    return this.#server.process.pid;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#server.process.running) return;
    process.kill(this.pid, signal);
    this.#stopped.note(this.name, signal);
  }

  ended(): Promise<ProcessExit> {
    return this.#server.process.exited;
  }

  async command(name: string, ...args: readonly string[]): Promise<unknown> {
    if (name === 'FLUSHALL') this.lostAt = Date.now();
    return ask(this.#server, name, ...args);
  }

  async start({ empty = false }: { readonly empty?: boolean } = {}): Promise<void> {
    await this.ended();
    if (empty) {
      this.lostAt = Date.now();
      await this.#server.erase();
      this.#server = await RedisServer.start(this.#onLine);
    } else {
      await this.#server.run();
    }
    this.proxy.retarget(this.#server.url);
  }

  async failOver({ losingMs = 0 }: { readonly losingMs?: number } = {}): Promise<void> {
    const old = this.#server;
    const replica = await RedisServer.start(this.#onLine, old);
    for (;;) {
      const replication = String(await ask(replica, 'INFO', 'replication'));
      if (/master_link_status:up[^]*master_sync_in_progress:0/.test(replication)) break;
      await sleep(LOOK_MS);
    }
    // From here on it hears of no write any more that the old one acknowledges.
    await ask(replica, 'REPLICAOF', 'NO', 'ONE');
    if (losingMs > 0) await sleep(losingMs);
    this.lostAt = Date.now();
    this.#server = replica;
    this.proxy.retarget(replica.url);
    await old.erase();
  }

  /** Ends server and proxy, and removes what the server wrote. */
  async close(): Promise<void> {
    this.signal('SIGCONT');
    await this.#server.erase();
    await this.proxy.close();
  }
}

async function ask(
  server: RedisServer,
  name: string,
  ...args: readonly string[]
): Promise<unknown> {
  const client = new Redis(server.url.href, { lazyConnect: true, maxRetriesPerRequest: 0 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.call(name, ...args);
  } finally {
    client.disconnect();
  }
}

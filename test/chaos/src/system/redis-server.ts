import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findRedisServer,
  redisArguments,
  startRedisProcess,
  type ManagedProcess,
} from '@cropline/tools';

type OnLine = (source: string, line: string) => void;

/** One Redis with an append-only file, which can end and come back over that file, on another port. */
export class RedisServer {
  readonly #folder: string;
  readonly #onLine: OnLine;
  #process: ManagedProcess | null = null;
  #port = 0;

  private constructor(folder: string, onLine: OnLine) {
    this.#folder = folder;
    this.#onLine = onLine;
  }

  /** Starts one on a free port of 127.0.0.1, as a replica of `master` if given. */
  static async start(onLine: OnLine, master?: RedisServer): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'cropline-chaos-redis-'));
    const server = new RedisServer(folder, onLine);
    await server.run(master);
    return server;
  }

  get url(): URL {
    return new URL(`redis://127.0.0.1:${this.#port}`);
  }

  get process(): ManagedProcess {
    if (this.#process === null) throw new Error('This Redis was never started.');
    return this.#process;
  }

  /** Starts its process over the file that is there; resolves when it takes connections. */
  async run(master?: RedisServer): Promise<void> {
    const settings = {
      bind: '127.0.0.1',
      dir: this.#folder,
      save: '',
      appendonly: 'yes',
      'maxmemory-policy': 'noeviction',
      'repl-diskless-sync-delay': '0',
    };
    const of = master === undefined ? [] : ['--replicaof', master.url.hostname, master.url.port];
    const { server, port } = await startRedisProcess({
      command: findRedisServer(),
      folder: this.#folder,
      args: (free) => [...redisArguments({ ...settings, port: String(free) }), ...of],
      onLine: this.#onLine,
    });
    [this.#process, this.#port] = [server, port];
  }

  /** Ends it and forgets its file. */
  async erase(): Promise<void> {
    await this.#process?.kill('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeCause } from '@cropline/contracts';
import { findRedisServer, freePort, ManagedProcess } from '@cropline/tools';

const PORT_TRIES = 5;

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
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#runOnce(master);
        return;
      } catch (error) {
        if (tries === PORT_TRIES || !/address already in use/i.test(describeCause(error)))
          throw error;
      }
    }
  }

  /** Ends it and forgets its file. */
  async erase(): Promise<void> {
    await this.#process?.kill('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #runOnce(master?: RedisServer): Promise<void> {
    this.#port = await freePort();
    const settings: Record<string, readonly string[]> = {
      port: [String(this.#port)],
      bind: ['127.0.0.1'],
      dir: [this.#folder],
      save: [''],
      appendonly: ['yes'],
      'maxmemory-policy': ['noeviction'],
      'repl-diskless-sync-delay': ['0'],
      ...(master === undefined ? {} : { replicaof: [master.url.hostname, master.url.port] }),
    };
    this.#process = await ManagedProcess.start({
      name: 'redis',
      command: findRedisServer(),
      args: Object.entries(settings).flatMap(([name, values]) => [`--${name}`, ...values]),
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      folder: this.#folder,
      onLine: this.#onLine,
    });
    await this.#process.waitForLine((line) =>
      /ready to accept connections/i.test(line) ? line : null,
    );
  }
}

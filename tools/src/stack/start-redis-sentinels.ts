import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { askRedis } from './ask-redis.js';
import type { ManagedProcess } from './managed-process.js';
import { redisArguments, startRedisProcess } from './redis-process.js';
import { findRedisServer } from './start-redis.js';

const SENTINELS = 3;
/** After how long a server counts as gone, in milliseconds. */
const DOWN_AFTER_MS = 500;
const LOOK_EVERY_MS = 20;
const MASTER = 'cropline';

/** A Redis with a replica, and the sentinels that have the replica take over. */
export interface RedisSentinels {
  /** `redis-sentinel://` with all sentinels. */
  readonly url: string;
  /** Two servers: the master at first, and its replica. */
  readonly servers: readonly { readonly port: number; readonly process: ManagedProcess }[];
  /** The port of the server that the sentinels call the master now. */
  master(): Promise<number>;
  /** Has the replica hear no more of the master, which goes on taking writes: a failover loses those. */
  cutReplication(): Promise<void>;
  /** Ends all of it and removes the data. */
  stop(): Promise<void>;
}

/**
 * Starts a master, a replica and three sentinels, and resolves when the sentinels would have the replica
 * take over.
 *
 * @throws `QUEUE_UNAVAILABLE` when no server is installed.
 */
export async function startRedisSentinels(): Promise<RedisSentinels> {
  const command = findRedisServer();
  const root = await mkdtemp(join(tmpdir(), 'cropline-redis-sentinels-'));
  const started: ManagedProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.kill('SIGKILL')));
    await rm(root, { recursive: true, force: true });
  };
  const startServer = async (
    settings: Readonly<Record<string, string>>,
  ): Promise<{ port: number; process: ManagedProcess }> => {
    const folder = join(root, String(started.length));
    await mkdir(folder);
    const { server, port } = await startRedisProcess({
      command,
      folder: root,
      args: (free) =>
        redisArguments({
          port: String(free),
          bind: '127.0.0.1',
          dir: folder,
          save: '',
          appendonly: 'no',
          'maxmemory-policy': 'noeviction',
          'repl-diskless-sync-delay': '0',
          ...settings,
        }),
    });
    started.push(server);
    return { port, process: server };
  };
  const startSentinel = async (n: number, master: number): Promise<number> => {
    const { server, port } = await startRedisProcess({
      command,
      folder: root,
      ready: /Running mode=sentinel/i,
      args: async (free) => {
        const file = join(root, `sentinel-${n}.conf`);
        await writeFile(file, sentinelFile(free, root, master));
        return [file, '--sentinel'];
      },
    });
    started.push(server);
    return port;
  };
  try {
    const master = await startServer({});
    const replica = await startServer({ replicaof: `127.0.0.1 ${master.port}` });
    await until(async () => (await replication(master.port)).includes('state=online'));
    const sentinels = await Promise.all(
      Array.from({ length: SENTINELS }, (_, n) => startSentinel(n, master.port)),
    );
    const [first = 0] = sentinels;
    for (const port of sentinels) await until(() => isReady(port));
    return {
      url: `redis-sentinel://${sentinels.map((port) => `127.0.0.1:${port}`).join(',')}/${MASTER}`,
      servers: [master, replica],
      master: async () => {
        const answer = await askRedis(first, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER);
        return Number(/(\d+)\r\n$/.exec(answer)?.[1]);
      },
      cutReplication: async () => {
        // The master asks for no password and so refuses one.
        await askRedis(replica.port, 'CONFIG', 'SET', 'masterauth', 'refused');
        await askRedis(master.port, 'CLIENT', 'KILL', 'TYPE', 'replica');
        await until(async () => (await replication(replica.port)).includes('link_status:down'));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function sentinelFile(port: number, folder: string, master: number): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${MASTER} 127.0.0.1 ${master} 2`,
    `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER} 5000`,
    '',
  ].join('\n');
}

/** Whether a sentinel knows the replica and the other sentinels: before that there is no failover. */
async function isReady(port: number): Promise<boolean> {
  const info = await askRedis(port, 'INFO', 'sentinel');
  return info.includes(`slaves=1,sentinels=${SENTINELS}`) && info.includes('status=ok');
}

function replication(port: number): Promise<string> {
  return askRedis(port, 'INFO', 'replication');
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(LOOK_EVERY_MS);
}

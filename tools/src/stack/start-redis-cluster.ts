import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { askRedis } from './ask-redis.js';
import { freePort } from './free-port.js';
import type { ManagedProcess } from './managed-process.js';
import { redisArguments, startRedisProcess } from './redis-process.js';
import { findRedisServer } from './start-redis.js';

const SLOTS = 16_384;
const MASTERS = 3;
/** After how long a node counts as gone, and its replica takes over, in milliseconds. */
const NODE_TIMEOUT_MS = 1_000;
const LOOK_EVERY_MS = 20;

/** One node of a cluster. */
export interface RedisNode {
  readonly port: number;
  readonly process: ManagedProcess;
}

/** A Redis Cluster on this machine. */
export interface RedisCluster {
  /** `redis-cluster://` with all its nodes. */
  readonly url: string;
  /** The masters, then a replica of each, in their order. */
  readonly nodes: readonly RedisNode[];
  /** The node that serves the slot of a key. */
  masterOf(key: string): Promise<RedisNode>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster of three masters that share the slots, each with a replica when asked to, and resolves
 * when all of them serve.
 *
 * @throws `QUEUE_UNAVAILABLE` when no server is installed.
 */
export async function startRedisCluster({
  replicas = false,
}: { readonly replicas?: boolean } = {}): Promise<RedisCluster> {
  const command = findRedisServer();
  const root = await mkdtemp(join(tmpdir(), 'cropline-redis-cluster-'));
  const nodes = await Promise.all(
    Array.from({ length: replicas ? 2 * MASTERS : MASTERS }, (_, n) => startNode(command, root, n)),
  );
  const ports = nodes.map(({ port }) => port);
  const masters = ports.slice(0, MASTERS);
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map(({ process }) => process.kill('SIGKILL')));
    await rm(root, { recursive: true, force: true });
  };
  try {
    await Promise.all(
      masters.map(async (port, n) => {
        const [first, last] = [n, n + 1].map((part) => Math.floor((part * SLOTS) / MASTERS));
        await askRedis(port, 'CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1));
        await askRedis(port, 'CLUSTER', 'ADDSLOTSRANGE', String(first), String((last ?? 0) - 1));
      }),
    );
    const [{ port: known, busPort }] = nodes as [Node, ...Node[]];
    for (const port of ports) {
      if (port === known) continue;
      await askRedis(port, 'CLUSTER', 'MEET', '127.0.0.1', String(known), String(busPort));
    }
    await untilAll(ports, async (port) => {
      const info = await askRedis(port, 'CLUSTER', 'INFO');
      return /cluster_state:ok/.test(info) && info.includes(`cluster_known_nodes:${ports.length}`);
    });
    await follow(masters, ports.slice(MASTERS));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `redis-cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    masterOf: async (key) => {
      // Every other node refuses and says who has it.
      const answers = await Promise.allSettled(ports.map((port) => askRedis(port, 'TYPE', key)));
      const found = nodes.find((_, n) => answers[n]?.status === 'fulfilled');
      if (found === undefined) throw new Error(`Expected a master that serves ${key}.`);
      return found;
    },
    stop,
  };
}

interface Node extends RedisNode {
  readonly busPort: number;
}

async function startNode(command: string, root: string, n: number): Promise<Node> {
  const folder = join(root, String(n));
  await mkdir(folder);
  let busPort = 0;
  const { server, port } = await startRedisProcess({
    command,
    folder: root,
    args: async (free) => {
      busPort = await freePort();
      return redisArguments({
        port: String(free),
        'cluster-port': String(busPort),
        bind: '127.0.0.1',
        dir: folder,
        save: '',
        appendonly: 'no',
        'maxmemory-policy': 'noeviction',
        'cluster-enabled': 'yes',
        'cluster-node-timeout': String(NODE_TIMEOUT_MS),
        'repl-diskless-sync-delay': '0',
      });
    },
  });
  return { port, busPort, process: server };
}

/** Makes each of these ports a replica of the master at its place, and waits until they follow. */
async function follow(masters: readonly number[], replicas: readonly number[]): Promise<void> {
  const ids = await Promise.all(masters.map((port) => askRedis(port, 'CLUSTER', 'MYID')));
  await Promise.all(
    replicas.map((port, n) => askRedis(port, 'CLUSTER', 'REPLICATE', ids[n] ?? '')),
  );
  await untilAll(replicas, async (port) =>
    (await askRedis(port, 'INFO', 'replication')).includes('master_link_status:up'),
  );
  // Who asks a master is told of its replicas from now on.
  await untilAll(replicas.length === 0 ? [] : masters, async (port) =>
    (await askRedis(port, 'INFO', 'replication')).includes('state=online'),
  );
}

async function untilAll(
  ports: readonly number[],
  isSo: (port: number) => Promise<boolean>,
): Promise<void> {
  await Promise.all(
    ports.map(async (port) => {
      while (!(await isSo(port))) await pause(LOOK_EVERY_MS);
    }),
  );
}

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Ends whatever talks to Redis, before a command has reached it or after it was carried out. */
export interface CommandStop {
  readonly when: 'before' | 'after';
  readonly stop: () => void;
}

/** Looks at a command on its way to Redis; null lets it pass. */
export type CommandWatch = (command: readonly Buffer[]) => CommandStop | null;

/** A way to a Redis on which every command can be seen, and be the last. */
export interface RedisGate {
  readonly url: string;
  /** Asked of every command from now on. */
  watch(watch: CommandWatch): void;
  close(): Promise<void>;
}

/** Starts a gate on a free port of 127.0.0.1 that passes commands on to a Redis. */
export async function startRedisGate(target: URL): Promise<RedisGate> {
  let watch: CommandWatch = () => null;
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', end).on('close', () => {
        open.delete(socket);
        end();
      });
    }
    let stopping: CommandStop | null = null;
    let rest: Buffer = Buffer.alloc(0);
    near.on('data', (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      for (let read = readCommand(rest); read !== null; read = readCommand(rest)) {
        if (stopping !== null) return;
        stopping = watch(read.command);
        if (stopping?.when === 'before') {
          stopping.stop();
          return;
        }
        far.write(rest.subarray(0, read.bytes));
        rest = rest.subarray(read.bytes);
      }
    });
    far.on('data', (bytes: Buffer) => {
      if (stopping === null) near.write(bytes);
      else if (stopping.when === 'after') stopping.stop();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    watch: (next) => {
      watch = next;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The first whole command of what was received, as clients send them: an array of bulk strings. */
function readCommand(bytes: Buffer): { command: Buffer[]; bytes: number } | null {
  let at = 0;
  const number = (type: string): number | null => {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return null;
    const text = bytes.toString('latin1', at, end);
    if (!text.startsWith(type)) throw new Error(`Expected ${type} of a Redis command, not ${text}`);
    at = end + 2;
    return Number(text.slice(1));
  };
  const words = number('*');
  if (words === null) return null;
  const command: Buffer[] = [];
  for (let word = 0; word < words; word += 1) {
    const length = number('$');
    if (length === null || bytes.length < at + length + 2) return null;
    command.push(bytes.subarray(at, at + length));
    at += length + 2;
  }
  return { command, bytes: at };
}

import { CroplineError, describeCause } from '@cropline/contracts';
import { freePort } from './free-port.js';
import { ManagedProcess, type ProcessOptions } from './managed-process.js';

const PORT_TRIES = 10;

/** How one Redis process is started. */
export interface RedisProcessOptions {
  /** The server program. */
  readonly command: string;
  /** Where it works; removed when this process dies before it could clean up. */
  readonly folder: string;
  /** Its arguments on a port. */
  readonly args: (port: number) => readonly string[] | Promise<readonly string[]>;
  /** What it says once it serves; default that it is ready to accept connections. */
  readonly ready?: RegExp;
  readonly onLine?: ProcessOptions['onLine'];
}

/**
 * Starts a Redis process on a free port of 127.0.0.1 and resolves when it serves.
 *
 * @throws `QUEUE_UNAVAILABLE` with its last lines when it does not start.
 */
export async function startRedisProcess({
  command,
  folder,
  args,
  ready = /ready to accept connections/i,
  onLine,
}: RedisProcessOptions): Promise<{ server: ManagedProcess; port: number }> {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    const server = await ManagedProcess.start({
      name: 'redis',
      command,
      args: await args(port),
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      folder,
      onLine,
    });
    try {
      // Its own word, not an answer on the port: that could come from another server.
      await server.waitForLine((line) => (ready.test(line) ? line : null));
      return { server, port };
    } catch (error) {
      if (tries === PORT_TRIES || !/address already in use/i.test(describeCause(error))) {
        throw new CroplineError(
          'QUEUE_UNAVAILABLE',
          `Redis did not start: ${describeCause(error)}`,
        );
      }
    }
  }
}

/** Settings as the server takes them on its command line. */
export function redisArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

import type { Server } from 'node:http';
import type { Logger } from 'pino';

/** How often it is told that connections are dropped, in milliseconds. */
const TELL_EVERY_MS = 60_000;

/** Drops connections beyond so many at a time, before anything is read of them; a log line tells of it now and then. */
export function limitConnections(server: Server, maxConnections: number, log: Logger): void {
  server.maxConnections = maxConnections;
  let dropped = 0;
  let toldAt = -Infinity;
  server.on('drop', () => {
    dropped += 1;
    const now = performance.now();
    if (now - toldAt < TELL_EVERY_MS) return;
    log.warn({ maxConnections, dropped }, 'connections are dropped: there are too many');
    [toldAt, dropped] = [now, 0];
  });
}

import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

// Loaded into the API and the workers before they start (`node --import`): says on their output when the event
// loop stood still for a second, without the time in which the machine had no core for it.

const EVERY_MS = 100;
const STALL_MS = 1_000;

/** How long the main thread has waited for a core so far, in milliseconds; 0 where the system does not tell. */
function waitedMs(): number {
  try {
    const [, waiting = '0'] = readFileSync('/proc/self/schedstat', 'utf8').split(' ');
    return Number(waiting) / 1e6;
  } catch {
    return 0;
  }
}

if (isMainThread) {
  let [last, waited] = [performance.now(), waitedMs()];
  setInterval(() => {
    const [now, waitedNow] = [performance.now(), waitedMs()];
    const lateMs = Math.round(now - last - EVERY_MS);
    const stalledMs = Math.round(lateMs - (waitedNow - waited));
    [last, waited] = [now, waitedNow];
    if (stalledMs < STALL_MS) return;
    process.stdout.write(`${JSON.stringify({ msg: 'event loop stalled', lateMs, stalledMs })}\n`);
  }, EVERY_MS).unref();
}

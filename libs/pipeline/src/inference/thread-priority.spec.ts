import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';

const module = new URL('./thread-priority.js', import.meta.url).href;

/** A thread that lowers its priority and tells what came of it. */
const ENTRY = `
  import { getPriority } from 'node:os';
  import { parentPort } from 'node:worker_threads';
  import { lowerThreadPriority } from ${JSON.stringify(module)};
  lowerThreadPriority();
  parentPort.postMessage(getPriority(0));
`;

const linux = process.platform === 'linux';

describe('lowerThreadPriority', () => {
  (linux ? it : it.skip)(
    `steps back with the calling thread and no other${linux ? '' : ' (only Linux has priorities a thread)'}`,
    async () => {
      const before = getPriority(0);
      const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(ENTRY)}`));
      const exited = once(thread, 'exit');
      const [priority] = (await once(thread, 'message')) as [number];
      await exited;
      expect(priority).toBeGreaterThanOrEqual(10);
      expect(getPriority(0)).toBe(before);
      expect(getPriority(process.pid)).toBe(before);
    },
  );
});

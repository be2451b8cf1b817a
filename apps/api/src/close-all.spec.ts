import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { closeAll } from './close-all.js';

describe('closeAll', () => {
  it('closes the last opened first, and is held up by nothing that fails or hangs', async () => {
    const closed: string[] = [];
    const lines: string[] = [];
    const log = pino({}, { write: (line) => lines.push(line) });
    await closeAll(
      [
        { name: 'store', close: () => closed.push('store') },
        { name: 'service', close: () => Promise.reject(new Error('gone')) },
        { name: 'coordinator', close: () => new Promise(() => undefined) },
        { name: 'app', close: () => Promise.resolve(closed.push('app')) },
      ],
      10,
      log,
    );
    expect(closed).toEqual(['app', 'store']);
    expect(lines.map((line) => (JSON.parse(line) as { name: string }).name)).toEqual([
      'coordinator',
      'service',
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { itemResultSchema } from '@cropline/contracts';
import { classifyItem } from '@cropline/pipeline';
import { createNoDevice } from './no-device.js';

const OPTIONS = { crops: 'single', topK: 3 } as const;

describe('the device none', () => {
  it('makes up an outcome that says so, and fetches nothing', async () => {
    const engine = createNoDevice(0);
    const item = { id: 'a', url: 's3://nowhere/a.jpg' };
    const result = await classifyItem(item, OPTIONS, { fetch: engine.fetch!, classifier: engine });
    expect(itemResultSchema.parse(result)).toEqual(result);
    expect(result).toMatchObject({
      ...item,
      status: 'succeeded',
      model: { name: 'none' },
      predictions: [{ label: 'made up 0', score: 0.5 }, { score: 0.25 }, { score: 0.125 }],
    });
  });

  it('takes its time for one image after the other', async () => {
    const engine = createNoDevice(20);
    const started = performance.now();
    await Promise.all([1, 2, 3].map(() => engine.classify(Buffer.alloc(0), OPTIONS)));
    expect(performance.now() - started).toBeGreaterThan(58);
  });

  it('lets an image go that is given up', async () => {
    const stop = new AbortController();
    const image = createNoDevice(60_000).classify(Buffer.alloc(0), {
      ...OPTIONS,
      signal: stop.signal,
    });
    stop.abort();
    await expect(image).rejects.toMatchObject({ name: 'AbortError' });
  });
});

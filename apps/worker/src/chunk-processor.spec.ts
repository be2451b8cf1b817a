import { describe, expect, it, jest } from '@jest/globals';
import { CroplineError, type ItemResult } from '@cropline/contracts';
import type { ImageClassification, ItemStages } from '@cropline/pipeline';
import { SILENT_LOGGER, type ChunkControl, type ChunkTask, type Logger } from '@cropline/queue';
import { createChunkProcessor, type ChunkProcessorOptions } from './chunk-processor.js';

const classification: ImageClassification = {
  predictions: [{ classIndex: 1, label: 'goldfish', score: 1 }],
  crops: { policy: 'single', count: 1 },
  model: { name: 'googlenet-bvlc', digest: 'sha256:0', precision: 'fp32' },
  image: { width: 1, height: 1, bytes: 1, format: 'png', digest: 'sha256:1' },
  timingsMs: { decode: 1, queue: 1, infer: 1, total: 3 },
};

const chunkOf = (count: number): ChunkTask => ({
  batchId: 'b1',
  index: 3,
  items: Array.from({ length: count }, (_, n) => ({
    id: `i${n}`,
    url: `https://host/${n}.jpg?signature=secret`,
  })),
  options: { crops: 'single', topK: 1 },
  urgent: false,
  attempt: 1,
});

function control(overrides: Partial<ChunkControl> = {}): ChunkControl {
  return { cancelled: () => false, signal: new AbortController().signal, ...overrides };
}

const nth = (url: string): number => Number(/(\d+)\.jpg/.exec(url)![1]);
const fetched = (url: string): { bytes: Buffer; attempts: number } => ({
  bytes: Buffer.from(String(nth(url))),
  attempts: 1,
});

function processor(
  overrides: Partial<Omit<ChunkProcessorOptions, 'classifier'>> & {
    classify?: ItemStages['classifier']['classify'];
  } = {},
): ReturnType<typeof createChunkProcessor> {
  const { classify = () => Promise.resolve(classification), ...rest } = overrides;
  return createChunkProcessor({
    fetch: (url) => Promise.resolve(fetched(url)),
    classifier: { classify },
    imagesAtOnce: 4,
    log: SILENT_LOGGER,
    endForWantOfMemory: () => undefined,
    ...rest,
  });
}

const statuses = (results: readonly ItemResult[]): string[] => results.map(({ status }) => status);

describe('the chunk processor', () => {
  it('lets it be noted which image comes once its bytes are there, before they are decoded', async () => {
    const steps: string[] = [];
    const process = processor({
      fetch: (url) => {
        steps.push('fetched');
        return Promise.resolve(fetched(url));
      },
      classify: () => {
        steps.push('classified');
        return Promise.resolve(classification);
      },
    });
    const beforeImage = (): Promise<void> => Promise.resolve(void steps.push('noted'));
    await process(chunkOf(1), control({ beforeImage }));
    expect(steps).toEqual(['fetched', 'noted', 'classified']);
  });

  it('returns one outcome an item in the chunk’s order, whichever image ends first', async () => {
    const ends: number[] = [];
    const classify = async (bytes: Buffer): Promise<ImageClassification> => {
      const n = Number(bytes.toString());
      // Even images wait for the odd one behind them.
      while (n % 2 === 0 && !ends.includes(n + 1)) await new Promise(setImmediate);
      ends.push(n);
      return classification;
    };
    const task = chunkOf(8);
    const results = await processor({ classify })(task, control());
    expect(results.map(({ id }) => id)).toEqual(task.items.map(({ id }) => id));
    expect(ends).not.toEqual([...ends].sort((a, b) => a - b));
  });

  it('holds no more images at once than it may, and fetches ahead while one is classified', async () => {
    let held = 0;
    let most = 0;
    const classify = async (): Promise<ImageClassification> => {
      await new Promise(setImmediate);
      held -= 1;
      return classification;
    };
    const fetch: ItemStages['fetch'] = (url) => {
      held += 1;
      most = Math.max(most, held);
      return Promise.resolve(fetched(url));
    };
    await processor({ fetch, classify, imagesAtOnce: 5 })(chunkOf(32), control());
    expect(most).toBe(5);
  });

  it('keeps a bad item to itself, with its code, its message and its attempts', async () => {
    const fetch: ItemStages['fetch'] = (url) =>
      nth(url) === 1
        ? Promise.reject(
            new CroplineError('IMAGE_FETCH_TIMEOUT', 'It took too long.', {
              details: { attempts: 3 },
            }),
          )
        : Promise.resolve(fetched(url));
    const results = await processor({ fetch })(chunkOf(4), control());
    expect(statuses(results)).toEqual(['succeeded', 'failed', 'succeeded', 'succeeded']);
    expect(results[1]).toMatchObject({
      error: {
        code: 'IMAGE_FETCH_TIMEOUT',
        message: 'It took too long.',
        retryable: true,
        attempts: 3,
      },
    });
  });

  it('logs what nobody foresaw with batch and chunk, and shows neither it nor a signature', async () => {
    const error = jest.fn<Logger['error']>();
    const log = { ...SILENT_LOGGER, error };
    const classify = (bytes: Buffer): Promise<ImageClassification> =>
      bytes.toString() === '2'
        ? Promise.reject(new RangeError('offset'))
        : Promise.resolve(classification);
    const results = await processor({ classify, log })(chunkOf(3), control());
    expect(statuses(results)).toEqual(['succeeded', 'succeeded', 'failed']);
    expect(JSON.stringify(results[2])).not.toContain('offset');
    expect(error).toHaveBeenCalledTimes(1);
    expect(error.mock.calls[0]![0]).toMatchObject({
      batchId: 'b1',
      chunk: 3,
      item: 'i2',
      url: 'https://host/2.jpg',
      error: 'offset',
    });
  });

  it('ends the images not yet begun as cancelled, and keeps those that are done', async () => {
    let done = 0;
    const classify = (): Promise<ImageClassification> => {
      done += 1;
      return Promise.resolve(classification);
    };
    const results = await processor({ classify, imagesAtOnce: 1 })(
      chunkOf(5),
      control({ cancelled: () => done >= 2 }),
    );
    expect(statuses(results)).toEqual([
      'succeeded',
      'succeeded',
      'cancelled',
      'cancelled',
      'cancelled',
    ]);
  });

  it('throws when it is handed back, and begins no further image', async () => {
    const handBack = new AbortController();
    const fetch = jest.fn<ItemStages['fetch']>((url, options) => {
      if (nth(url) === 1) handBack.abort(new Error('handed back'));
      return new Promise((resolve, reject) => {
        if (nth(url) < 1) resolve(fetched(url));
        else if (options.signal?.aborted === true) reject(new Error('handed back'));
        else options.signal?.addEventListener('abort', () => reject(new Error('handed back')));
      });
    });
    const run = processor({ fetch, imagesAtOnce: 2 })(
      chunkOf(20),
      control({ signal: handBack.signal }),
    );
    await expect(run).rejects.toThrow('handed back');
    expect(fetch.mock.calls.length).toBeLessThanOrEqual(3);
  });

  it('throws when the device is gone, and lets go of the chunk’s other images', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const fetch: ItemStages['fetch'] = (url, options) => {
      signals.push(options.signal);
      return nth(url) === 0 ? Promise.resolve(fetched(url)) : new Promise(() => undefined);
    };
    const classify = (): Promise<ImageClassification> =>
      Promise.reject(new CroplineError('BACKEND_FAILED', 'The device is gone.'));
    await expect(processor({ fetch, classify })(chunkOf(8), control())).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
    });
    expect(signals.every((signal) => signal?.aborted)).toBe(true);
  });

  it('ends the worker when there is no memory, and fails no image for it', async () => {
    const ended = jest.fn();
    for (const cause of [
      new CroplineError('MEMORY_EXHAUSTED', 'no more'),
      new RangeError('Array buffer allocation failed'),
    ]) {
      const classify = (): Promise<ImageClassification> => Promise.reject(cause);
      const outcomes: ItemResult[] = [];
      const run = processor({
        classify,
        endForWantOfMemory: ended,
        onItem: (result) => outcomes.push(result),
      })(chunkOf(3), control());
      await expect(run).rejects.toMatchObject({ code: 'MEMORY_EXHAUSTED' });
      expect(outcomes).toEqual([]);
    }
    expect(ended).toHaveBeenCalledTimes(2);
  });

  it('tells of every outcome once', async () => {
    const onItem = jest.fn<(result: ItemResult) => void>();
    await processor({ onItem })(chunkOf(9), control());
    expect(onItem).toHaveBeenCalledTimes(9);
  });
});

import { describe, expect, it, jest } from '@jest/globals';
import { CroplineError, itemResultSchema, type ClassifyOptions } from '@cropline/contracts';
import type { ImageClassification } from '../classifier/classifier.js';
import { classifyItem, MAX_INFERENCE_ATTEMPTS, type ItemStages } from './classify-item.js';

const item = { id: 'cat', url: 's3://photos/cat.jpg' };
const options: ClassifyOptions = { crops: 'single', topK: 1 };
const classified: ImageClassification = {
  predictions: [{ classIndex: 281, label: 'tabby', score: 0.7 }],
  crops: { policy: 'single', count: 1 },
  model: { name: 'googlenet-bvlc', digest: 'sha256:0', precision: 'fp32' },
  image: { width: 4, height: 3, bytes: 2, format: 'jpeg', digest: 'sha256:1' },
  timingsMs: { decode: 1.23456, queue: 0, infer: 2.5, total: 3.73456 },
};
const failed = (code: 'INFERENCE_FAILED' | 'IMAGE_CORRUPT' | 'BACKEND_FAILED'): CroplineError =>
  new CroplineError(code, `${code} came.`);

function stages(overrides: {
  fetch?: ItemStages['fetch'];
  classify?: ItemStages['classifier']['classify'];
}): ItemStages {
  return {
    fetch: overrides.fetch ?? (() => Promise.resolve({ bytes: Buffer.from('ab'), attempts: 1 })),
    classifier: { classify: overrides.classify ?? (() => Promise.resolve(classified)) },
  };
}

describe('classifyItem', () => {
  it('makes a line of results.jsonl that the schema takes, its times rounded', async () => {
    const result = await classifyItem(item, options, stages({}));
    expect(itemResultSchema.parse(result)).toEqual(result);
    expect(result).toMatchObject({ ...item, status: 'succeeded', image: classified.image });
    if (result.status !== 'succeeded') throw new Error('expected a success');
    expect(result.timingsMs.decode).toBe(1.23);
  });

  it('passes crops, topK, urgency and signal on', async () => {
    const classify = jest.fn<ItemStages['classifier']['classify']>(() =>
      Promise.resolve(classified),
    );
    const { signal } = new AbortController();
    await classifyItem(item, options, stages({ classify }), { urgent: true, signal });
    expect(classify.mock.calls[0]![1]).toEqual({ crops: 'single', topK: 1, urgent: true, signal });
  });

  it('makes a failed item of a fetch that failed, with the attempts it took', async () => {
    const result = await classifyItem(
      item,
      options,
      stages({
        fetch: () =>
          Promise.reject(
            new CroplineError('IMAGE_FETCH_FAILED', 'It was reset.', { details: { attempts: 4 } }),
          ),
      }),
    );
    expect(result).toEqual({
      ...item,
      status: 'failed',
      error: {
        code: 'IMAGE_FETCH_FAILED',
        message: 'It was reset.',
        retryable: true,
        attempts: 4,
      },
    });
  });

  it('does not repeat what a repetition cannot mend', async () => {
    const classify = jest.fn<ItemStages['classifier']['classify']>(() =>
      Promise.reject(failed('IMAGE_CORRUPT')),
    );
    const result = await classifyItem(item, options, stages({ classify }));
    expect(result).toMatchObject({
      status: 'failed',
      error: { code: 'IMAGE_CORRUPT', retryable: false, attempts: 1 },
    });
    expect(classify).toHaveBeenCalledTimes(1);
  });

  it('repeats a failed inference, and counts when it stays failed', async () => {
    const mended = jest
      .fn<ItemStages['classifier']['classify']>(() => Promise.resolve(classified))
      .mockRejectedValueOnce(failed('INFERENCE_FAILED'));
    expect((await classifyItem(item, options, stages({ classify: mended }))).status).toBe(
      'succeeded',
    );
    const broken = jest.fn<ItemStages['classifier']['classify']>(() =>
      Promise.reject(failed('INFERENCE_FAILED')),
    );
    expect(await classifyItem(item, options, stages({ classify: broken }))).toMatchObject({
      error: { code: 'INFERENCE_FAILED', attempts: MAX_INFERENCE_ATTEMPTS },
    });
    expect(broken).toHaveBeenCalledTimes(MAX_INFERENCE_ATTEMPTS);
  });

  it('keeps the words of an unforeseen error for the log', async () => {
    const onUnforeseen = jest.fn();
    const cause = new TypeError('password=hunter2');
    const result = await classifyItem(
      item,
      options,
      stages({ classify: () => Promise.reject(cause) }),
      { onUnforeseen },
    );
    expect(result).toMatchObject({ status: 'failed', error: { code: 'INTERNAL' } });
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(onUnforeseen).toHaveBeenCalledWith(cause);
  });

  it('is cancelled before the fetch, or between the fetch and the device', async () => {
    const fetch = jest.fn<ItemStages['fetch']>((url, control) => stages({}).fetch(url, control));
    const classify = jest.fn<ItemStages['classifier']['classify']>(() =>
      Promise.resolve(classified),
    );
    const outcome = { ...item, status: 'cancelled', reason: 'cancelled' };
    const before = { cancelled: () => true };
    expect(await classifyItem(item, options, stages({ fetch, classify }), before)).toEqual(outcome);
    expect(fetch).not.toHaveBeenCalled();

    const between = { cancelled: () => fetch.mock.calls.length > 0 };
    expect(await classifyItem(item, options, stages({ fetch, classify }), between)).toEqual(
      outcome,
    );
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(classify).not.toHaveBeenCalled();
  });

  it('gives no outcome when the device is gone, nor when it is aborted', async () => {
    await expect(
      classifyItem(
        item,
        options,
        stages({ classify: () => Promise.reject(failed('BACKEND_FAILED')) }),
      ),
    ).rejects.toMatchObject({ code: 'BACKEND_FAILED' });

    const controller = new AbortController();
    const aborted = classifyItem(
      item,
      options,
      stages({
        fetch: () => {
          controller.abort(new Error('draining'));
          return Promise.reject(new CroplineError('IMAGE_FETCH_FAILED', 'It was aborted.'));
        },
      }),
      { signal: controller.signal },
    );
    await expect(aborted).rejects.toThrow('draining');
  });
});

import { describeCause, type ClassifyOptions, type ItemResult } from '@cropline/contracts';
import { classifyItem, mapInOrder } from '@cropline/pipeline';
import type { Invocation } from '../command/invocation.js';
import { createImageReader } from './image-reader.js';
import type { Input } from './input.js';
import { openEngine } from './open-engine.js';

/** Fewer would let the device wait for bytes and decoding. */
const LEAST_IMAGES_AT_ONCE = 32;

/**
 * Opens the engine, and yields the outcome of every input in their order; whatever ends it, the engine is
 * closed again by then.
 *
 * @throws `MODEL_*`, `DEVICE_*`, `BACKEND_FAILED`, or the signal's reason.
 */
export async function* classifyInputs(
  inputs: AsyncIterable<Input>,
  options: ClassifyOptions,
  invocation: Invocation,
  signal: AbortSignal,
): AsyncGenerator<ItemResult, void, undefined> {
  const { console, config } = invocation;
  const classifier = await openEngine(invocation, signal);
  const imagesAtOnce = Math.max(LEAST_IMAGES_AT_ONCE, 2 * classifier.info.batchSize);
  const reader = createImageReader(config, imagesAtOnce);
  // Whoever stops early gives up what is under way too.
  const giveUp = new AbortController();
  const stages = { fetch: reader.fetch, classifier };
  const either = AbortSignal.any([signal, giveUp.signal]);

  const run = async (input: Input): Promise<ItemResult> => {
    if (input.kind === 'fault') {
      const { item, code, message } = input;
      const error = { code, message, retryable: false, attempts: 1 };
      return { ...item, status: 'failed', error };
    }
    return classifyItem(input.item, options, stages, {
      signal: either,
      onUnforeseen: (error) => {
        console.stderr.write(`cropline: INTERNAL: ${input.item.id}: ${describeCause(error)}\n`);
      },
    });
  };

  try {
    yield* mapInOrder(inputs, { concurrency: imagesAtOnce }, run);
  } finally {
    giveUp.abort();
    await reader.close();
    await classifier.close();
  }
}

import type { BatchSource, Caller, CreateBatchRequest } from '@cropline/contracts';
import type { ObjectReader } from '@cropline/storage';
import { namedItems } from '../batch/accept-batch.js';
import { listItems, plainList } from '../batch/accept-list.js';
import { ownerOf } from '../batch/batch-owner.js';
import type { ItemList } from '../batch-service.js';
import { checkLocations, urlCheck } from '../locations/check-locations.js';
import { readableStore } from '../locations/readable.js';
import { readSource } from '../sources/read-source.js';

/** How far a source is read for an estimate. */
export interface SourceLimits {
  readonly items: number;
  readonly milliseconds: number;
}

/** What is needed to count on somebody's behalf. */
export interface CountContext {
  readonly store: ObjectReader;
  readonly caller: Caller | null;
  readonly outputUrl: string;
}

/** How many items there are, or that there are more than `items`. */
export interface ItemCount {
  readonly items: number;
  readonly itemsComplete: boolean;
}

/**
 * Counts the items of a request, checking them as accepting it would; nothing is stored.
 *
 * @throws `LOCATION_FORBIDDEN`, `REQUEST_INVALID`, `REQUEST_TOO_LARGE`; what is wrong with its source: `SOURCE_*`.
 */
export async function countItems(
  { store, caller, outputUrl }: CountContext,
  request: Pick<CreateBatchRequest, 'items' | 'source' | 'output'>,
  list: ItemList | undefined,
  limits: SourceLimits,
): Promise<ItemCount> {
  checkLocations(caller, request, outputUrl);
  const { items, source } = request;
  const { read } = ownerOf(caller, outputUrl);
  if (source !== undefined) return countSource(readableStore(store, read), source, limits);
  if (list === undefined) return { items: namedItems(items ?? []).length, itemsComplete: true };
  const tally = { items: 0 };
  const text = listItems(plainList(list), tally, urlCheck(caller, outputUrl));
  while ((await text.next()).done !== true) continue;
  return { items: tally.items, itemsComplete: true };
}

async function countSource(
  store: ObjectReader,
  source: BatchSource,
  limits: SourceLimits,
): Promise<ItemCount> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), limits.milliseconds);
  let items = 0;
  try {
    for await (const text of readSource(store, source, { items: 0 }, stop.signal)) {
      for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) items += 1;
      if (items >= limits.items) return { items, itemsComplete: false };
    }
    return { items, itemsComplete: true };
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return { items, itemsComplete: false };
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

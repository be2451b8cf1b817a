import {
  checkReadable,
  mostCrops,
  type BatchEstimate,
  type BucketRules,
  type Caller,
  type CreateBatchRequest,
} from '@cropline/contracts';
import { checkedReader, type ObjectStore } from '@cropline/storage';
import { checkBuckets } from '../locations/check-buckets.js';
import type { ItemList } from '../batch-service.js';
import { countItems, type SourceLimits } from './count-items.js';
import { expectedRate } from './expected-rate.js';
import type { MeasuredRate } from './measured-rates.js';

/** How far a source is read: far enough to find its faults, and not to keep a caller waiting. */
const SOURCE_LIMITS: SourceLimits = { items: 1_000_000, milliseconds: 10_000 };

/** What an estimate is made from. */
export interface EstimateContext {
  readonly store: ObjectStore;
  readonly buckets?: BucketRules;
  /** On whose behalf; null for nobody's. */
  readonly caller: Caller | null;
  /** Where the service writes. */
  readonly outputUrl: string;
  /** Batches that run, with rates that are known. */
  readonly running: () => Promise<readonly MeasuredRate[]>;
  /** Batches that are done, the latest first. */
  readonly last: () => Promise<readonly MeasuredRate[]>;
  readonly limits?: SourceLimits;
}

/**
 * Checks a request as accepting it would, reading its source too, and tells what it would come to.
 *
 * @throws What accepting it throws, and `SOURCE_*`, which would fail the batch.
 */
export async function estimateBatch(
  {
    store,
    buckets = {},
    caller,
    outputUrl,
    running,
    last,
    limits = SOURCE_LIMITS,
  }: EstimateContext,
  request: CreateBatchRequest,
  list: ItemList | undefined,
): Promise<BatchEstimate> {
  checkBuckets(buckets, request);
  const { crops } = request.options;
  const reader = checkedReader(store, (url) => checkReadable(buckets, url));
  const counted = await countItems({ store: reader, caller, outputUrl }, request, list, limits);
  const rate = expectedRate(crops, await running(), await last());
  const { imagesPerSecond } = rate;
  return {
    dryRun: true,
    ...counted,
    crops: counted.items * mostCrops(crops),
    ...rate,
    seconds:
      imagesPerSecond === null || !counted.itemsComplete
        ? null
        : Math.ceil(counted.items / imagesPerSecond),
  };
}

/** One place in a device batch: a crop of a job, by its index there. */
export interface BatchPlace<Job> {
  readonly job: Job;
  readonly crop: number;
}

/** What the devices could take now. */
export interface Vacancy {
  /** Devices with nothing to do. */
  readonly idle: number;
  /** Devices that run a batch and have room for one more behind it. */
  readonly prefetching: number;
}

/** What to do now: run these crops as one batch, ask again in `ms`, or wait for a crop or a device. */
export type BatchDecision<Job> =
  | { readonly kind: 'run'; readonly places: readonly BatchPlace<Job>[] }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'rest' };

/** How a `MicroBatcher` decides. */
export interface MicroBatcherOptions {
  /** The most crops a device batch holds. */
  readonly batchSize: number;
  /** How long a crop may wait for others while a device is idle, in milliseconds. */
  readonly maxWaitMs: number;
  /** A clock in milliseconds that never goes back. */
  readonly now: () => number;
}

interface Waiting<Job> {
  readonly job: Job;
  readonly since: number;
  readonly end: number;
  next: number;
}

/** What waits with one priority. */
interface Lane<Job> {
  /** Further crops of jobs that have run some. */
  begun: Waiting<Job>[];
  fresh: Waiting<Job>[];
}

/**
 * Gathers the crops of all images in flight into device batches. A state machine without timers or
 * threads: it is told what came, and says what to do.
 *
 * - Urgent crops go first; within a priority those that a job adds later, so that it ends and its memory is
 *   freed before others begin; then first come, first served. Jobs add so only after they have begun, and
 *   none begins meanwhile, so whoever comes first waits for the crops of finitely many.
 * - A job with more crops than a batch is split, and one with fewer shares its batch with others.
 * - A busy device gets a full batch to go on with, or nothing yet: more crops may come while it runs.
 * - An idle device gets a full batch at once; otherwise what there is, shared among all that are idle,
 *   once its oldest crop has waited `maxWaitMs`.
 */
export class MicroBatcher<Job> {
  readonly #options: MicroBatcherOptions;
  readonly #urgent: Lane<Job> = { begun: [], fresh: [] };
  readonly #normal: Lane<Job> = { begun: [], fresh: [] };
  #waiting = 0;

  constructor(options: MicroBatcherOptions) {
    this.#options = options;
  }

  /** Crops that are in no batch yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Queues the crops `from` … `end` − 1 of a job; with `from` above 0 it has run those before. */
  add(job: Job, end: number, urgent: boolean, from = 0): void {
    const lane = urgent ? this.#urgent : this.#normal;
    const queue = from > 0 ? lane.begun : lane.fresh;
    queue.push({ job, end, next: from, since: this.#options.now() });
    this.#waiting += end - from;
  }

  /** Forgets the crops of a job that are in no batch yet, and says how many there were. */
  remove(job: Job): number {
    let removed = 0;
    const keep = (entry: Waiting<Job>): boolean => {
      if (entry.job !== job) return true;
      removed += entry.end - entry.next;
      return false;
    };
    for (const lane of [this.#urgent, this.#normal]) {
      lane.begun = lane.begun.filter(keep);
      lane.fresh = lane.fresh.filter(keep);
    }
    this.#waiting -= removed;
    return removed;
  }

  /** Decides what to do now; to be asked again after each batch, until there is nothing to run. */
  next({ idle, prefetching }: Vacancy): BatchDecision<Job> {
    const { batchSize, maxWaitMs, now } = this.#options;
    if (this.#waiting === 0) return { kind: 'rest' };
    if (idle === 0) {
      const full = prefetching > 0 && this.#waiting >= batchSize;
      return full ? this.#take(batchSize) : { kind: 'rest' };
    }
    if (this.#waiting >= batchSize * idle) return this.#take(batchSize);
    const waitMs = this.#oldest() + maxWaitMs - now();
    if (waitMs > 0) return { kind: 'wait', ms: waitMs };
    return this.#take(Math.ceil(this.#waiting / idle));
  }

  #oldest(): number {
    return Math.min(...this.#queues().map(([head]) => head?.since ?? Infinity));
  }

  /** In the order in which crops are taken. */
  #queues(): Waiting<Job>[][] {
    return [this.#urgent, this.#normal].flatMap(({ begun, fresh }) => [begun, fresh]);
  }

  #take(count: number): BatchDecision<Job> {
    const places: BatchPlace<Job>[] = [];
    for (const queue of this.#queues()) {
      for (let head = queue[0]; head !== undefined && places.length < count; head = queue[0]) {
        const end = Math.min(head.end, head.next + count - places.length);
        for (; head.next < end; head.next += 1) places.push({ job: head.job, crop: head.next });
        if (head.next === head.end) queue.shift();
      }
    }
    this.#waiting -= places.length;
    return { kind: 'run', places };
  }
}

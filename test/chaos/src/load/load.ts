import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, CreateBatchRequestInput, ErrorCode } from '@cropline/contracts';
import { BatchRun } from './batch-run.js';
import { planBatch, type BatchMaterial, type BatchPlan } from './batch-plan.js';
import type { RunContext } from './run-context.js';

/** Batches that are kept when they have ended, to be read again later. */
const KEPT = 12;
const PAUSE_MS = 100;

/** Small batches, one after the other in each of a few lanes, for as long as it is wanted. */
export class Load {
  batchesDone = 0;
  readonly #context: RunContext;
  readonly #material: BatchMaterial;
  readonly #random: () => number;
  readonly #open = new Set<BatchRun>();
  readonly #ended: BatchRun[] = [];
  readonly #excused = new Set<readonly ErrorCode[]>();
  #itemsEnded = 0;
  #planned = 0;

  constructor(context: RunContext, material: BatchMaterial, random: () => number) {
    this.#context = context;
    this.#material = material;
    this.#random = random;
  }

  /** Items of its batches that have an outcome. */
  get itemsDone(): number {
    return [...this.#open].reduce((sum, run) => sum + run.itemsDone, this.#itemsEnded);
  }

  /** Whether workers are at a batch. */
  get busy(): boolean {
    return [...this.#open].some((run) => run.busy);
  }

  /** Runs batches side by side in so many lanes until the signal is aborted, and those under way to their end. */
  async run(lanes: number, signal: AbortSignal): Promise<void> {
    const lane = async (): Promise<void> => {
      while (!signal.aborted) {
        this.#planned += 1;
        await this.#runOne(planBatch(`load-${this.#planned}`, this.#material, this.#random));
        await sleep(PAUSE_MS);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  /** Items of batches that are open, and of those to come, may fail with these codes until it is called off. */
  mayFail(codes: readonly ErrorCode[]): () => void {
    const excuse = [...codes];
    this.#excused.add(excuse);
    for (const run of this.#open) for (const code of codes) run.mayFail.add(code);
    return () => this.#excused.delete(excuse);
  }

  /** Runs one batch of a fault's own, whose items may fail; resolves to it at its end. */
  async runBatch(request: CreateBatchRequestInput): Promise<Batch> {
    this.#planned += 1;
    const ids = (request.items ?? []).map(({ id }, index) => id ?? String(index + 1));
    const run = await this.#runOne(
      {
        request,
        manifest: null,
        ids,
        digests: new Map(),
        key: `own-${this.#planned}`,
        cancel: false,
        retry: false,
      },
      true,
    );
    if (run.latest === null) throw new Error('A batch of a fault was not accepted.');
    return run.latest;
  }

  /** Reads every batch that is kept once more and has it deleted. */
  async finish(): Promise<void> {
    for (const run of this.#ended.splice(0)) await run.retire();
  }

  async #runOne(plan: BatchPlan, own = false): Promise<BatchRun> {
    const run = new BatchRun(plan, this.#context, own);
    for (const codes of this.#excused) for (const code of codes) run.mayFail.add(code);
    this.#open.add(run);
    try {
      await run.run();
    } finally {
      this.#open.delete(run);
    }
    this.#itemsEnded += run.itemsDone;
    this.batchesDone += 1;
    // What is deleted by itself is not there to be read again.
    if (this.#material.keptSeconds !== undefined) return run;
    this.#ended.push(run);
    const oldest = this.#ended.length > KEPT ? this.#ended.shift() : undefined;
    if (oldest !== undefined) await oldest.retire();
    return run;
  }
}

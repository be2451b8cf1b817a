import type { BatchDecision, MicroBatcher, Vacancy } from './micro-batcher.js';

/**
 * Several batchers in front of the same devices, whose crops cannot share a batch. They take turns, a batch
 * each, so that however much one has to run, the others go on.
 */
export class BatchTurns<Job> {
  readonly #batchers: readonly MicroBatcher<Job>[];
  /** Whose turn it is. */
  #first = 0;

  constructor(batchers: readonly MicroBatcher<Job>[]) {
    this.#batchers = batchers;
  }

  /** Decides what to do now; to be asked again after each batch, until there is nothing to run. */
  next(vacancy: Vacancy): BatchDecision<Job> {
    const count = this.#batchers.length;
    let decided: BatchDecision<Job> = { kind: 'rest' };
    for (let turn = 0; turn < count; turn += 1) {
      const index = (this.#first + turn) % count;
      const decision = this.#batchers[index]?.next(vacancy) ?? { kind: 'rest' };
      if (decision.kind === 'run') {
        this.#first = (index + 1) % count;
        return decision;
      }
      const sooner =
        decision.kind === 'wait' && (decided.kind !== 'wait' || decision.ms < decided.ms);
      if (sooner) decided = decision;
    }
    return decided;
  }
}

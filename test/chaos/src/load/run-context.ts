import type { CroplineClient } from '@cropline/client';
import type { ObjectStore } from '@cropline/storage';
import type { LabelMemory } from '../checks/label-memory.js';
import type { Violations } from '../checks/violations.js';

/** What running batches works with. */
export interface RunContext {
  /** Makes each call once. */
  readonly client: CroplineClient;
  /** Object storage past the gate. */
  readonly store: ObjectStore;
  readonly violations: Violations;
  readonly labels: LabelMemory;
  /** Whether Redis lost something a short while ago, so that what is shown may be older than what was shown. */
  readonly mayBeBehind: () => boolean;
}

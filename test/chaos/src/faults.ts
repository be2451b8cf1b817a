import type { ChaosSystem } from './chaos-system.js';
import type { Fault } from './fault.js';
import { REDIS_FAULTS } from './faults/redis.js';
import { WORKER_FAULTS } from './faults/worker.js';

/** Every fault that a chaos run injects. */
export const FAULTS: readonly Fault<ChaosSystem>[] = [...WORKER_FAULTS, ...REDIS_FAULTS];

import type { ChaosSystem } from './chaos-system.js';
import type { Fault } from './fault.js';
import { API_FAULTS } from './faults/api.js';
import { IMAGE_HOST_FAULTS } from './faults/image-hosts.js';
import { REDIS_FAULTS } from './faults/redis.js';
import { S3_FAULTS } from './faults/s3.js';
import { WORKER_FAULTS } from './faults/worker.js';

/** Every fault that a chaos run injects. */
export const FAULTS: readonly Fault<ChaosSystem>[] = [
  ...WORKER_FAULTS,
  ...REDIS_FAULTS,
  ...S3_FAULTS,
  ...IMAGE_HOST_FAULTS,
  ...API_FAULTS,
];

export type { BatchQuery, ResultsQuery } from './batch-queries.js';
export type {
  BatchService,
  BatchServiceOptions,
  ClassificationInput,
  ClassificationOutcome,
  ItemList,
  SubmitOptions,
  Submitted,
} from './batch-service.js';
export type {
  ChunkConsumer,
  ChunkConsumerOptions,
  ChunkControl,
  ChunkProcessor,
  ChunkTask,
} from './chunk-consumer.js';
export type { Coordinator, CoordinatorOptions } from './coordinator.js';
export type { ResultFile, ResultFileQuery, ResultsFormat } from './results/result-file.js';
export type { ResultsFilter } from './results/result-filter.js';
export {
  createRequestLimiter,
  RATE_WINDOW_S,
  type RateState,
  type RequestLimiter,
} from './limits/request-limiter.js';
export { uploadsFolder } from './locations/uploads-folder.js';
export { createBatchService } from './create-batch-service.js';
export { createChunkConsumer } from './create-chunk-consumer.js';
export { createCoordinator } from './create-coordinator.js';
export { createQueueMonitor } from './monitoring/create-queue-monitor.js';
export type { JobCount, QueueFigures, QueueMonitor } from './monitoring/queue-monitor.js';
export { SILENT_LOGGER, type Logger } from './logger.js';
export type { QueueConnection } from './queue-connection.js';
export { DEFAULT_TIMING, type QueueTiming } from './timing.js';

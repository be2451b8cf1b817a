import { once } from 'node:events';
import {
  createBatchService,
  createCoordinator,
  createQueueMonitor,
  createRequestLimiter,
} from '@cropline/queue';
import { createObjectStore } from '@cropline/storage';
import type { Logger } from 'pino';
import { admissionOf } from './access/admission-of.js';
import { closeAll, type Opened } from './close-all.js';
import type { ApiConfig } from './config.js';
import { createApp } from './create-app.js';
import { Readiness } from './health/readiness.js';
import { listen, stopListening } from './http/listener.js';
import { limitConnections } from './limits/limit-connections.js';
import { Uploads } from './uploads/uploads.js';

/** How long requests under way may take to finish once the API is asked to stop. */
const DRAIN_MS = 10_000;

/** In how long the whole body of a request has to come, unless it is a list of items. */
const WHOLE_BODY_MS = 600_000;

/** How long one thing may take to close: a Redis that is away may never say goodbye. */
const CLOSE_MS = 2_000;

/**
 * The life of the API: open Redis and S3, listen, coordinate batches until `stop` is aborted, then finish the
 * requests under way and close everything it opened. Redis and S3 may be away at any time, also at the start.
 *
 * @throws `CONFIG_INVALID` when the address cannot be listened on.
 */
export async function runApi(config: ApiConfig, log: Logger, stop: AbortSignal): Promise<void> {
  const opened: Opened[] = [];
  try {
    const { endpoint, region } = config.s3;
    const store = createObjectStore({ region, ...(endpoint === undefined ? {} : { endpoint }) });
    opened.push({ name: 'object store', close: () => store.close() });
    const { redisUrl, queuePrefix: prefix, outputUrl, window, allowNetworks, buckets } = config;
    const connection = { redisUrl, prefix, store, outputUrl, allowNetworks, buckets, log };
    const batches = createBatchService(connection);
    opened.push({ name: 'batch service', close: () => batches.close() });
    const monitor = createQueueMonitor(connection);
    opened.push({ name: 'queue monitor', close: () => monitor.close() });
    const uploads = new Uploads(store, outputUrl);
    const readiness = new Readiness({
      redis: () => batches.check(),
      s3: () => store.check(outputUrl),
    });

    const admission = admissionOf(config.access, store, log);
    const requests = createRequestLimiter(connection);
    opened.push({ name: 'request limiter', close: () => requests.close() });
    const bodies = { idleMs: config.bodyIdleMs, wholeMs: WHOLE_BODY_MS };
    const limits = { defaults: config.limits, requests, bodies };
    const services = { batches, uploads, monitor, readiness, stopping: stop, admission, limits };
    const app = await createApp(services, log);
    const server = app.getHttpServer();
    limitConnections(server, config.maxConnections, log);
    const url = await listen(server, config.host, config.port);
    opened.push({ name: 'HTTP', close: () => app.close() });
    const coordinator = createCoordinator({
      ...connection,
      window,
      timing: { lockMs: config.lockMs, stalledCheckMs: config.lockMs / 4 },
    });
    opened.push({ name: 'coordinator', close: () => coordinator.close() });
    log.info({ url }, 'listening');

    if (!stop.aborted) await once(stop, 'abort');
    const finished = await stopListening(server, DRAIN_MS);
    log.info({ finished }, 'stopped listening');
  } finally {
    await closeAll(opened, CLOSE_MS, log);
  }
}

import { CroplineError } from '@cropline/contracts';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { QueueMonitor } from '@cropline/queue';
import type { Express, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { Metrics } from './metrics.js';

/** Where the pages of the queues are. */
export const BOARD_PATH = '/admin/queues';

/** Serves what those look at who run the service: /metrics for Prometheus, /admin/queues for people. */
export function serveMonitoring(
  app: NestExpressApplication,
  monitor: QueueMonitor,
  log: Logger,
): void {
  const metrics = new Metrics(monitor, log);
  const server: Express = app.getHttpAdapter().getInstance();
  server.all('/metrics', reading, async (_: Request, response: Response): Promise<void> => {
    const text = await metrics.text();
    response.type(metrics.contentType).send(text);
  });
  app.use(BOARD_PATH, reading, monitor.board(BOARD_PATH));
}

/** Lets nothing through that would change something. */
const reading: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') {
    next();
    return;
  }
  response.setHeader('Allow', 'GET, HEAD');
  throw new CroplineError(
    'METHOD_NOT_ALLOWED',
    `Expected GET at this path, which is to look at only, but received ${request.method}.`,
  );
};

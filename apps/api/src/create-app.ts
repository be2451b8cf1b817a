import 'reflect-metadata';
import type { NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger as NestLogger, PinoLogger } from 'nestjs-pino';
import type { Logger } from 'pino';
import { ApiModule, type ApiServices } from './api-module.js';
import { auditLog } from './access/audit-log.js';
import { guard } from './access/guard.js';
import { accessLog } from './http/access-log.js';
import { addBodyParsers } from './http/body-parsers.js';
import { securityHeaders } from './http/security-headers.js';
import { sendContinue } from './http/send-continue.js';
import { keepPace } from './limits/keep-pace.js';
import { limitRequests } from './limits/limit-requests.js';
import { BOARD_PATH, serveMonitoring } from './monitoring/serve-monitoring.js';
import { DOCS_PATH, serveDocs } from './openapi/serve-docs.js';
import { ProblemFilter } from './problems/problem-filter.js';

/** The whole HTTP side of the API over given services, ready to listen. */
export async function createApp(
  services: ApiServices,
  log: Logger,
): Promise<NestExpressApplication> {
  // Nest tells every route it maps; of that only warnings and errors are worth a line.
  const quiet = log.child({}, { level: log.isLevelEnabled('warn') ? 'warn' : log.level });
  const options: Pick<NestApplicationOptions, 'bodyParser' | 'abortOnError' | 'logger'> = {
    bodyParser: false,
    abortOnError: false,
    logger: new NestLogger(new PinoLogger({ pinoHttp: { logger: quiet } }), {}),
  };
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.over(services), options);
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(accessLog(log));
  app.use(securityHeaders([DOCS_PATH, BOARD_PATH]));
  app.use(auditLog(log));
  app.use(guard(services.admission));
  app.use(limitRequests(services.limits));
  app.use(sendContinue);
  app.use(keepPace(services.limits.bodies));
  // Who asks before sending a body is not told to at once: see sendContinue.
  const server = app.getHttpServer();
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  addBodyParsers(app.getHttpAdapter().getInstance());
  app.useGlobalFilters(new ProblemFilter(log));
  serveDocs(app);
  serveMonitoring(app, services.monitor, log);
  await app.init();
  return app;
}

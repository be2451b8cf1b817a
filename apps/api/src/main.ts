#!/usr/bin/env node
import { CroplineError, describeCause, errorFacts } from '@cropline/contracts';
import { pino } from 'pino';
import { readConfig, type ApiConfig } from './config.js';
import { keepHeapSmall } from './heap-size.js';
import { runApi } from './run-api.js';
import { stopSignals } from './stop-signals.js';

/** Longer than the requests under way may take; whatever then still closes is given up. */
const STOP_DEADLINE_MS = 20_000;

function configOrExit(): ApiConfig {
  try {
    return readConfig();
  } catch (error) {
    const code = error instanceof CroplineError ? `${error.code}: ` : '';
    process.stderr.write(`cropline-api: ${code}${describeCause(error)}\n`);
    process.exit(1);
  }
}

const config = configOrExit();
const log = pino({ level: config.logLevel, base: { service: 'api', pid: process.pid } });

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    log.fatal({ event, ...errorFacts(error) }, 'the API ends on an error nobody handled');
    process.exit(1);
  });
}

keepHeapSmall();
const stop = stopSignals(log);
stop.addEventListener('abort', () => {
  setTimeout(() => {
    log.error({ deadlineMs: STOP_DEADLINE_MS }, 'not closed in time; ending as it is');
    process.exit(1);
  }, STOP_DEADLINE_MS).unref();
});

try {
  await runApi(config, log, stop);
  log.info({}, 'stopped');
  process.exit(0);
} catch (error) {
  log.fatal(errorFacts(error), 'the API cannot go on');
  process.exit(1);
}

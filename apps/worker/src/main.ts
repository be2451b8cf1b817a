#!/usr/bin/env node
import { CroplineError, describeCause, errorFacts } from '@cropline/contracts';
import { pino } from 'pino';
import { readConfig, type WorkerConfig } from './config.js';
import { letHeapGrow } from './heap-growth.js';
import { runWorker } from './run-worker.js';
import { stopSignals } from './stop-signals.js';

function configOrExit(): WorkerConfig {
  try {
    return readConfig();
  } catch (error) {
    const code = error instanceof CroplineError ? `${error.code}: ` : '';
    process.stderr.write(`cropline-worker: ${code}${describeCause(error)}\n`);
    process.exit(1);
  }
}

const config = configOrExit();
const log = pino({ level: config.logLevel, base: { service: 'worker', pid: process.pid } });

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    log.fatal({ event, ...errorFacts(error) }, 'the worker ends on an error nobody handled');
    process.exit(1);
  });
}

letHeapGrow();
try {
  await runWorker(config, log, stopSignals(log));
  process.exit(0);
} catch (error) {
  log.fatal(errorFacts(error), 'the worker cannot go on');
  process.exit(1);
}

import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describeCause } from '@cropline/contracts';
import { chooseModel, type ChosenModel } from '../cropline/choose-model.js';
import { childEnvironment } from '../stack/child-environment.js';
import { ManagedProcess } from '../stack/managed-process.js';
import { startStack, type Stack } from '../stack/start-stack.js';
import { compiledAt, PACKAGES_OF } from './compiled-packages.js';
import { readableLine } from '../stack/log-line.js';
import { untilAborted } from '../until-aborted.js';

const TSC = fileURLToPath(new URL('../../../node_modules/typescript/lib/tsc.js', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PREFERRED_PORT = 3000;

/**
 * Runs the stack and the compiler until the signal is aborted: whenever everything has compiled without an
 * error, the API or the worker is restarted if code that runs in it changed.
 *
 * @throws `MODEL_*` without a model to run on; `QUEUE_UNAVAILABLE` without a Redis; an Error with a
 *   process's last lines when the stack does not come up; the signal's reason before that. Nothing is left
 *   running.
 */
export async function runDev(signal: AbortSignal): Promise<void> {
  let restarts = Promise.resolve();
  const started = { api: compiledAt(PACKAGES_OF.api), worker: compiledAt(PACKAGES_OF.worker) };
  const onLine = (source: string, line: string): void => {
    // What the servers say while they start is no news.
    if (source !== 'redis' && source !== 's3') say(readableLine(source, line));
  };
  const model = await untilAborted(chooseModel(process.env['CROPLINE_MODEL'], say), signal);
  const apiPort = await portForApi();
  const stack = await startStack({ apiPort, workerEnv: model.env, onLine });
  try {
    await stack.s3.createBucket('photos');
    say(welcome(stack, model));
    const restartWhatChanged = async (): Promise<void> => {
      const now = { api: compiledAt(PACKAGES_OF.api), worker: compiledAt(PACKAGES_OF.worker) };
      const changed = { api: now.api > started.api, worker: now.worker > started.worker };
      Object.assign(started, now);
      if (changed.api) await restart('api', () => stack.restartApi());
      if (changed.worker) await restart('worker', () => restartWorkers(stack));
    };
    const compiler = await startCompiler((line) => {
      say(readableLine('tsc', line));
      if (line.includes('Found 0 errors')) restarts = restarts.then(restartWhatChanged);
    });
    await once(signal, 'abort');
    await compiler.stop();
    await restarts;
  } finally {
    await stack.stop();
  }
}

function startCompiler(onLine: (line: string) => void): Promise<ManagedProcess> {
  return ManagedProcess.start({
    name: 'tsc',
    command: process.execPath,
    args: [TSC, '-b', '--watch', '--preserveWatchOutput', '--pretty', 'false', ROOT],
    env: childEnvironment(),
    onLine: (_, line) => {
      if (line.trim() !== '') onLine(line);
    },
  });
}

async function restart(name: string, action: () => Promise<unknown>): Promise<void> {
  say(readableLine(name, 'restarting, its code changed'));
  try {
    await action();
  } catch (error) {
    say(`${describeCause(error)}\n${name} is down; it is started again at the next change.`);
  }
}

async function restartWorkers(stack: Stack): Promise<void> {
  await Promise.all(stack.workers.map((worker) => worker.kill('SIGTERM')));
  await stack.addWorker();
}

/** PORT, else 3000 when nothing listens there, else any free one. */
async function portForApi(): Promise<number> {
  const given = process.env['PORT'];
  if (given !== undefined && /^\d+$/.test(given)) return Number(given);
  const server = createServer();
  try {
    server.listen(PREFERRED_PORT, '127.0.0.1');
    await once(server, 'listening');
    return PREFERRED_PORT;
  } catch {
    return 0;
  } finally {
    server.close();
  }
}

function welcome(stack: Stack, model: ChosenModel): string {
  return `
The stack is up and follows your changes; Ctrl-C stops it.

  API     ${stack.apiUrl}   (reference: ${stack.apiUrl}/docs)
  S3      ${stack.s3.endpoint}   (bucket photos; any keys; in memory)
  Redis   ${stack.redisUrl.replace(/\/\/[^@/]*@/, '//…@')}
  Model   ${model.name}
`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

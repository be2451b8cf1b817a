import { fileURLToPath } from 'node:url';
import { CroplineClient } from '@cropline/client';
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import {
  freePort,
  startHttpGate,
  startRedisGate,
  type RedisServer,
  type S3Server,
} from '@cropline/tools';
import { AppProcess } from '../system/app-process.js';
import { StoppedTimes } from '../system/stopped-times.js';
import { DurableSteps } from './durable-steps.js';

/** A lock as short as may be set: what an API was at that was killed is taken up soon. */
const LOCK_MS = '1000';

/** The servers that crash sites share. */
export interface CrashServers {
  readonly redis: RedisServer;
  readonly s3: S3Server;
}

/** An API that can be killed at any durable step, with a worker of its own that is left alone. */
export interface CrashSite {
  readonly api: AppProcess;
  readonly steps: DurableSteps;
  readonly client: CroplineClient;
  readonly apiUrl: string;
  readonly store: ObjectStore;
  readonly outputUrl: string;
  close(): Promise<void>;
}

const app = (name: 'api' | 'worker'): string =>
  fileURLToPath(new URL(`../../../../apps/${name}/dist/main.js`, import.meta.url));

/** Starts one, with keys and a bucket of its own. */
export async function startCrashSite(
  name: string,
  { redis, s3 }: CrashServers,
  onLine: (source: string, line: string) => void,
): Promise<CrashSite> {
  await s3.createBucket(name);
  const [redisGate, s3Gate, port] = await Promise.all([
    startRedisGate(new URL(redis.url)),
    startHttpGate(new URL(s3.endpoint)),
    freePort(),
  ]);
  const steps = new DurableSteps();
  redisGate.watch((command) => steps.onCommand(command));
  s3Gate.use((exchange) => steps.onRequest(exchange));
  const env = {
    CROPLINE_QUEUE_PREFIX: `{${name}}`,
    CROPLINE_LOCK_MS: LOCK_MS,
    S3_REGION: s3.region,
    AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
  };
  const common = { stopped: new StoppedTimes(), onLine, onEnd: () => undefined };
  const apiUrl = `http://127.0.0.1:${port}`;
  const outputUrl = `s3://${name}/batches`;
  const api = new AppProcess({
    ...common,
    name: `${name}-api`,
    main: app('api'),
    env: {
      ...env,
      REDIS_URL: redisGate.url,
      S3_ENDPOINT: s3Gate.url,
      HOST: '127.0.0.1',
      PORT: String(port),
      CROPLINE_OUTPUT_URL: outputUrl,
    },
    readyMessage: 'listening',
    healthUrl: () => apiUrl,
  });
  const worker = new AppProcess({
    ...common,
    name: `${name}-worker`,
    main: app('worker'),
    env: {
      ...env,
      REDIS_URL: redis.url,
      S3_ENDPOINT: s3.endpoint,
      CROPLINE_DEVICE: 'none',
      CROPLINE_NONE_MS: '1',
      CROPLINE_HEALTH_PORT: '0',
    },
    readyMessage: 'ready: taking chunks',
    healthUrl: ({ healthPort }) => `http://127.0.0.1:${Number(healthPort)}`,
  });
  const store = createObjectStore(s3);
  const close = async (): Promise<void> => {
    await Promise.all([api.close(), worker.close()]);
    store.close();
    await Promise.all([redisGate.close(), s3Gate.close()]);
  };
  try {
    await Promise.all([api.start(), worker.start()]);
  } catch (error) {
    await close();
    throw error;
  }
  const client = new CroplineClient({ baseUrl: apiUrl, retries: 0 });
  return { api, steps, client, apiUrl, store, outputUrl, close };
}

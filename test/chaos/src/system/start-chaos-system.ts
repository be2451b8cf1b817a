import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { CroplineClient } from '@cropline/client';
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import {
  freePort,
  startHttpGate,
  startS3,
  type HttpGate,
  type ProcessExit,
  type S3Server,
} from '@cropline/tools';
import { AppProcess } from './app-process.js';
import { CredentialsFile } from './credentials-file.js';
import { startImageHost, type ImageHost } from './image-host.js';
import { drawnPictures, type Picture } from './pictures.js';
import { ProxiedRedis } from './redis-service.js';
import type { StoppedTimes } from './stopped-times.js';

const RESULTS_BUCKET = 'results';
const PICTURES_BUCKET = 'pictures';
/** So little that filling it is soon done; a worker needs a fifth of it. */
const WORKER_HEAP_MIB = 192;

/** What runs, and what is told of it. */
export interface SystemOptions {
  readonly workers: number;
  /** Settings of every worker, over those that the system gives. */
  readonly workerEnv?: Readonly<Record<string, string>>;
  /** More modules that API and workers load first. */
  readonly preload?: readonly URL[];
  readonly stopped: StoppedTimes;
  readonly onLine: (source: string, line: string) => void;
  /** Told of a process that has ended and is started again. */
  readonly onEnd: (name: string, exit: ProcessExit) => void;
}

/** Everything that a chaos run consists of, running. */
export interface RunningSystem {
  readonly redis: ProxiedRedis;
  readonly s3Server: S3Server;
  readonly s3: HttpGate;
  readonly credentials: CredentialsFile;
  readonly imageHost: ImageHost;
  readonly api: AppProcess;
  readonly workers: readonly AppProcess[];
  readonly store: ObjectStore;
  readonly client: CroplineClient;
  readonly apiUrl: string;
  readonly queuePrefix: string;
  readonly images: string;
  readonly outputUrl: string;
  readonly pictures: readonly Picture[];
  close(): Promise<void>;
}

interface Closable {
  close(): unknown;
}

const app = (name: 'api' | 'worker'): string =>
  fileURLToPath(new URL(`../../../../apps/${name}/dist/main.js`, import.meta.url));

const preloaded = (file: string): URL => new URL(`../preload/${file}.js`, import.meta.url);

/**
 * Starts the system as a user has it, with a way for faults into every part: Redis behind a proxy, S3 and a host
 * of images behind gates, API and workers as processes that come back when they end.
 *
 * @throws What kept a part from starting; nothing is left running then.
 */
export async function startChaosSystem(options: SystemOptions): Promise<RunningSystem> {
  const opened: Closable[] = [];
  const close = async (): Promise<void> => {
    for (const part of opened.reverse()) await part.close();
  };
  const open = <Part extends Closable>(part: Part): Part => {
    opened.push(part);
    return part;
  };
  try {
    const pictures = await drawnPictures();
    const redis = open(await ProxiedRedis.start(options.stopped, options.onLine));
    const s3Server = await startS3({ onLine: options.onLine });
    open({ close: () => s3Server.stop() });
    const s3 = open(await startHttpGate(new URL(s3Server.endpoint)));
    const credentials = open(await CredentialsFile.create());
    const imageHost = open(await startImageHost(pictures));
    const store = open(createObjectStore({ ...s3Server, endpoint: s3Server.endpoint }));
    await Promise.all([RESULTS_BUCKET, PICTURES_BUCKET].map((name) => s3Server.createBucket(name)));
    const images = `s3://${PICTURES_BUCKET}`;
    for (const { name, bytes } of pictures) await store.put(`${images}/${name}`, bytes);

    const queuePrefix = `{chaos-${randomBytes(4).toString('hex')}}`;
    const outputUrl = `s3://${RESULTS_BUCKET}/batches`;
    const env = {
      REDIS_URL: `redis://${redis.proxy.host}:${redis.proxy.port}`,
      CROPLINE_QUEUE_PREFIX: queuePrefix,
      S3_ENDPOINT: s3.url,
      S3_REGION: s3Server.region,
      ...credentials.env,
      LOG_LEVEL: 'info',
    };
    const common = { stopped: options.stopped, onLine: options.onLine, onEnd: options.onEnd };
    const preload = (...files: readonly URL[]): string =>
      [...files, ...(options.preload ?? [])].map(({ href }) => `--import=${href}`).join(' ');
    const port = await freePort();
    const apiUrl = `http://127.0.0.1:${port}`;
    const api = open(
      new AppProcess({
        ...common,
        name: 'api',
        main: app('api'),
        env: {
          ...env,
          HOST: '127.0.0.1',
          PORT: String(port),
          CROPLINE_OUTPUT_URL: outputUrl,
          NODE_OPTIONS: preload(preloaded('event-loop')),
        },
        readyMessage: 'listening',
        healthUrl: () => apiUrl,
      }),
    );
    const workers = Array.from({ length: options.workers }, (_, index) =>
      open(
        new AppProcess({
          ...common,
          name: `worker-${index + 1}`,
          main: app('worker'),
          env: {
            ...env,
            CROPLINE_HEALTH_PORT: '0',
            CROPLINE_ALLOW_NETWORKS: '127.0.0.0/8',
            NODE_OPTIONS: `--max-old-space-size=${WORKER_HEAP_MIB} ${preload(preloaded('event-loop'), preloaded('harm'))}`,
            ...options.workerEnv,
          },
          readyMessage: 'ready: taking chunks',
          healthUrl: ({ healthPort }) => `http://127.0.0.1:${Number(healthPort)}`,
        }),
      ),
    );
    await Promise.all([api, ...workers].map((service) => service.start()));
    const client = new CroplineClient({ baseUrl: apiUrl });
    return {
      redis,
      s3Server,
      s3,
      credentials,
      imageHost,
      api,
      workers,
      store,
      client,
      apiUrl,
      queuePrefix,
      images,
      outputUrl,
      pictures,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './child-environment.js';
import { logFields, ManagedProcess, type StackProcess } from './managed-process.js';
import { startRedis, type RedisServer } from './start-redis.js';
import { startS3, type S3Server } from './start-s3.js';

const API_MAIN = fileURLToPath(new URL('../../../apps/api/dist/main.js', import.meta.url));
const WORKER_MAIN = fileURLToPath(new URL('../../../apps/worker/dist/main.js', import.meta.url));
const OUTPUT_BUCKET = 'results';

/** What a stack consists of. */
export interface StackOptions {
  /** Workers to start with; default 1. */
  readonly workers?: number;
  /** Whether the API is started; default true. */
  readonly api?: boolean;
  /** The port of the API; default a free one. */
  readonly apiPort?: number;
  /** Settings of every worker, over those of the stack. */
  readonly workerEnv?: Readonly<Record<string, string>>;
  /** Settings of the API, over those of the stack. */
  readonly apiEnv?: Readonly<Record<string, string>>;
  /** Told every line that a process of the stack writes. */
  readonly onLine?: (source: string, line: string) => void;
}

/** The whole system, running: Redis, S3, the API and workers, each a process of its own. */
export interface Stack {
  /** Stays the same when the API is restarted. */
  readonly apiUrl: string;
  readonly redisUrl: string;
  readonly s3: Pick<S3Server, 'endpoint' | 'region' | 'credentials' | 'createBucket'>;
  /** `s3://bucket/prefix` under which the API puts batches. */
  readonly outputUrl: string;
  /** The workers that run now, oldest first. */
  readonly workers: readonly StackProcess[];
  /** The API's process of now. */
  readonly api: StackProcess;
  /** Starts one more; resolves when it takes chunks. */
  addWorker(env?: Readonly<Record<string, string>>): Promise<StackProcess>;
  /** Stops the API and starts it again on the same port. */
  restartApi(): Promise<void>;
  /** Stops everything that was started, the servers last. */
  stop(): Promise<void>;
}

/**
 * Starts the system as a user has it and resolves when all of it is ready: the API answers and every worker
 * has warmed up and takes chunks. The compiled apps are run; build first. In a Redis named by REDIS_URL its keys
 * have a prefix of their own, and stay.
 *
 * @throws `QUEUE_UNAVAILABLE` without a Redis; an Error with a process's last lines when it does not come up.
 *   Nothing is left running then.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const stack = new RunningStack(options);
  try {
    await stack.start();
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

class RunningStack implements Stack {
  readonly #options: StackOptions;
  readonly #queuePrefix = `{cropline-${randomBytes(4).toString('hex')}}`;
  readonly #processes = new Set<ManagedProcess>();
  readonly #workers = new Set<ManagedProcess>();
  #redis: RedisServer | null = null;
  #s3: S3Server | null = null;
  #api: ManagedProcess | null = null;
  #apiUrl: string | null = null;
  #workersStarted = 0;

  constructor(options: StackOptions) {
    this.#options = options;
  }

  get apiUrl(): string {
    return present(this.#apiUrl, 'API');
  }

  get api(): StackProcess {
    return present(this.#api, 'API');
  }

  get redisUrl(): string {
    return present(this.#redis, 'Redis').url;
  }

  get s3(): S3Server {
    return present(this.#s3, 'S3 server');
  }

  get outputUrl(): string {
    return `s3://${OUTPUT_BUCKET}/batches`;
  }

  get workers(): readonly StackProcess[] {
    return [...this.#workers];
  }

  async start(): Promise<void> {
    const { onLine, workers = 1, api = true } = this.#options;
    await allStarted([
      startRedis({ onLine }).then((redis) => (this.#redis = redis)),
      startS3({ onLine }).then((s3) => (this.#s3 = s3)),
    ]);
    await this.s3.createBucket(OUTPUT_BUCKET);
    await allStarted([
      ...(api ? [this.#startApi(this.#options.apiPort ?? 0)] : []),
      ...Array.from({ length: workers }, () => this.addWorker()),
    ]);
  }

  async addWorker(env: Readonly<Record<string, string>> = {}): Promise<StackProcess> {
    this.#workersStarted += 1;
    const worker = await this.#run(`worker-${this.#workersStarted}`, WORKER_MAIN, [
      { CROPLINE_HEALTH_PORT: '0', CROPLINE_OUTPUT_URL: this.outputUrl },
      this.#options.workerEnv ?? {},
      env,
    ]);
    const { healthPort } = await worker.waitForLine((line) =>
      logFields(line, 'ready: taking chunks'),
    );
    if (typeof healthPort === 'number') worker.healthUrl = `http://127.0.0.1:${healthPort}`;
    this.#workers.add(worker);
    worker.onExit(() => this.#workers.delete(worker));
    worker.reportUnexpectedEnd();
    return worker;
  }

  async restartApi(): Promise<void> {
    const { port } = new URL(this.apiUrl);
    await this.#api?.stop();
    await this.#startApi(Number(port));
  }

  async #startApi(port: number): Promise<void> {
    const api = await this.#run('api', API_MAIN, [
      { HOST: '127.0.0.1', PORT: String(port), CROPLINE_OUTPUT_URL: this.outputUrl },
      this.#options.apiEnv ?? {},
    ]);
    const { url } = await api.waitForLine((line) => logFields(line, 'listening'));
    this.#apiUrl = String(url).replace(/\/$/, '');
    api.healthUrl = this.#apiUrl;
    this.#api = api;
    api.reportUnexpectedEnd();
  }

  /** Runs an app with what it needs to find the rest of the stack. */
  async #run(
    name: string,
    main: string,
    settings: readonly Readonly<Record<string, string>>[],
  ): Promise<ManagedProcess> {
    const { endpoint, region, credentials } = this.s3;
    const app = await ManagedProcess.start({
      name,
      command: process.execPath,
      args: ['--enable-source-maps', main],
      env: childEnvironment(
        {
          REDIS_URL: this.redisUrl,
          CROPLINE_QUEUE_PREFIX: this.#queuePrefix,
          S3_ENDPOINT: endpoint,
          S3_REGION: region,
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
          LOG_LEVEL: 'info',
        },
        ...settings,
      ),
      onLine: this.#options.onLine,
    });
    this.#processes.add(app);
    app.onExit(() => this.#processes.delete(app));
    return app;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#processes].map((app) => app.stop()));
    await Promise.all([this.#redis?.stop(), this.#s3?.stop()]);
  }
}

function present<Part>(part: Part | null, name: string): Part {
  if (part === null) throw new Error(`The stack was started without its ${name}.`);
  return part;
}

/** Waits for all, also when one fails, so that what has started can be stopped; then throws the first failure. */
async function allStarted(starts: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(starts)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

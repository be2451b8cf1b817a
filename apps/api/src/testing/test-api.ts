import { Writable } from 'node:stream';
import { problemSchema, type Problem } from '@cropline/contracts';
import { pino } from 'pino';
import { createObjectStore } from '@cropline/storage';
import { ADMIT_THIS_MACHINE } from '../access/admission.js';
import { createApp } from '../create-app.js';
import { Readiness, type ReadinessChecks } from '../health/readiness.js';
import { listen, stopListening } from '../http/listener.js';
import type { ApiLimits } from '../limits/api-limits.js';
import { Uploads } from '../uploads/uploads.js';
import type { QueueMonitor } from '@cropline/queue';
import { FakeBatches } from './fake-batches.js';
import { NO_QUEUES } from './no-queues.js';

/** The HTTP side of the API over a fake batch service, listening on a free port. */
export interface TestApi {
  readonly url: string;
  readonly fake: FakeBatches;
  /** What /health/ready asks; replace to make it fail. */
  readonly checks: { -readonly [name in keyof ReadinessChecks]: ReadinessChecks[name] };
  /** Every line logged so far, parsed. */
  readonly logged: readonly Readonly<Record<string, unknown>>[];
  /** Abort it as the API does when it begins to stop. */
  readonly stopping: AbortController;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** POSTs JSON. */
  post(path: string, body: unknown): Promise<Response>;
  close(): Promise<void>;
}

/** Limits that nobody reaches. */
export const NO_LIMITS: ApiLimits = {
  defaults: { requestsPerMinute: null, openBatches: null, openItems: null },
  requests: { take: () => Promise.resolve(null) },
  bodies: { idleMs: 60_000, wholeMs: 600_000 },
};

/** Starts one; without keys and limits unless told otherwise. */
export async function startTestApi(
  admission = ADMIT_THIS_MACHINE,
  limits: Partial<ApiLimits> = {},
  monitor: QueueMonitor = NO_QUEUES,
): Promise<TestApi> {
  const logged: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'info' },
    new Writable({
      write(line: Buffer, _, done) {
        logged.push(JSON.parse(line.toString()) as Record<string, unknown>);
        done();
      },
    }),
  );
  const fake = new FakeBatches();
  const checks = { redis: () => fake.check(), s3: () => Promise.resolve() };
  const uploads = new Uploads(createObjectStore({ region: 'us-east-1' }), 's3://results');
  const stopping = new AbortController();
  const readiness = new Readiness({ redis: () => checks.redis(), s3: () => checks.s3() }, 250);
  const app = await createApp(
    {
      batches: fake,
      uploads,
      monitor,
      readiness,
      stopping: stopping.signal,
      admission,
      limits: { ...NO_LIMITS, ...limits },
    },
    log,
  );
  const url = await listen(app.getHttpServer(), '127.0.0.1', 0);
  return {
    url,
    fake,
    checks,
    logged,
    stopping,
    fetch: (path, init) => fetch(url + path, init),
    post: (path, body) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    close: async () => {
      await stopListening(app.getHttpServer(), 0);
      await app.close();
    },
  };
}

/** The problem of an error answer, checked against its schema, its status and its content type. */
export async function problemIn(response: Response): Promise<Problem> {
  const type = response.headers.get('content-type');
  if (type !== 'application/problem+json; charset=utf-8') {
    throw new Error(
      `expected problem+json, but received ${String(type)}: ${await response.text()}`,
    );
  }
  const text = await response.text();
  if (/\n\s+at |node_modules|\/dist\//u.test(text)) throw new Error(`a stack trace: ${text}`);
  const problem = problemSchema.parse(JSON.parse(text));
  if (problem.status !== response.status) throw new Error('the problem has another status');
  return problem;
}

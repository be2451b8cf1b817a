import { createObjectStore, type ObjectStore } from '@cropline/storage';
import { startFauxqs } from 'fauxqs';
import type { KeyRequest } from '../key-admin.js';

/** A bucket of a spec, and what it does when asked. */
export interface KeyBench {
  readonly store: ObjectStore;
  readonly accessUrl: string;
  /** Reads and listings so far. */
  readonly asked: string[];
  /** How the store fails at reads and listings from now on, if it does. */
  fault: (() => Promise<never>) | null;
  stop(): Promise<void>;
}

/** Starts an S3 server in this process, with a store that notes what it is asked and can fail. */
export async function startKeyBench(): Promise<KeyBench> {
  const server = await startFauxqs({ port: 0, logger: false });
  server.createBucket('results');
  const real = createObjectStore({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${server.port}`,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
  });
  const bench: KeyBench = {
    accessUrl: 's3://results/batches/access',
    asked: [],
    fault: null,
    store: new Proxy(real, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        if (name === 'get') return (...args: Parameters<ObjectStore['get']>) => reading(args);
        if (name === 'list') return (url: string) => listing(url);
        return member.bind(target) as unknown;
      },
    }),
    stop: async () => {
      real.close();
      await server.stop();
    },
  };
  const reading = async (args: Parameters<ObjectStore['get']>): Promise<Buffer> => {
    bench.asked.push('get');
    if (bench.fault !== null) await bench.fault();
    return real.get(...args);
  };
  async function* listing(url: string): ReturnType<ObjectStore['list']> {
    bench.asked.push('list');
    if (bench.fault !== null) await bench.fault();
    yield* real.list(url);
  }
  return bench;
}

/** What a key of a spec is to be, with some of it said otherwise. */
export function keyRequest(request: Partial<KeyRequest> = {}): KeyRequest {
  return {
    tenant: 'acme',
    scopes: ['read', 'submit'],
    read: ['s3://photos/acme/'],
    write: [],
    limits: { requestsPerMinute: null, openBatches: null, openItems: null },
    expiresIn: null,
    ...request,
  };
}

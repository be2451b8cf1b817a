import { describe, expect, it } from '@jest/globals';
import { CroplineError } from '@cropline/contracts';
import { readConfig } from './config.js';

function faultsOf(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(CroplineError);
    expect((error as CroplineError).code).toBe('CONFIG_INVALID');
    return (error as CroplineError).message;
  }
  throw new Error('expected CONFIG_INVALID');
}

describe('readConfig of the worker', () => {
  it('has a default for everything', () => {
    expect(readConfig({ XDG_CACHE_HOME: '/var/cache' })).toMatchObject({
      redisUrl: 'redis://127.0.0.1:6379',
      queuePrefix: '{cropline}',
      s3: { endpoint: undefined, region: 'us-east-1' },
      model: { model: undefined, mirror: undefined, cacheDir: '/var/cache/cropline' },
      backend: 'onnx',
      device: 'auto',
      noneMs: 0,
      precision: 'fp32',
      threads: undefined,
      concurrency: 2,
      images: { maxBytes: 52_428_800, fileRoots: [], allowNetworks: [], buckets: { closed: [] } },
      drainTimeoutMs: 20_000,
      healthPort: undefined,
    });
  });

  it('takes a variable that is set to nothing as not set', () => {
    expect(readConfig({ CROPLINE_THREADS: '', S3_ENDPOINT: '' }).threads).toBeUndefined();
  });

  it('splits roots, networks and buckets', () => {
    const config = readConfig({
      CROPLINE_FILE_ROOTS: '/data/a:/data/b',
      CROPLINE_ALLOW_NETWORKS: '10.0.0.0/8, ::1/128',
      CROPLINE_ALLOWED_BUCKETS: 'photos,archive/2026',
      CROPLINE_OUTPUT_URL: 's3://results/batches',
    });
    expect(config.images.fileRoots).toEqual(['/data/a', '/data/b']);
    expect(config.images.allowNetworks).toEqual(['10.0.0.0/8', '::1/128']);
    expect(config.images.buckets).toEqual({
      allowed: ['photos', 'archive/2026', 'results/batches'],
      closed: ['s3://results/batches/access'],
    });
  });

  it('reports every fault at once, each with its name and what came', () => {
    const faults = faultsOf({
      CROPLINE_THREADS: 'many',
      CROPLINE_PRECISION: 'int4',
      CROPLINE_CONCURRENCY: '0',
      CROPLINE_ALLOW_NETWORKS: 'everyone',
      LOG_LEVEL: 'loud',
      AWS_ACCESS_KEY_ID: 'id',
    });
    expect(faults.split('\n')).toHaveLength(7);
    expect(faults).toContain(
      'CROPLINE_THREADS: expected a whole number from 1 to 1024, but received "many"',
    );
    expect(faults).toContain('CROPLINE_PRECISION: expected fp32, int8 or fp16');
    expect(faults).toContain('CROPLINE_CONCURRENCY: ');
    expect(faults).toContain('CROPLINE_ALLOW_NETWORKS: ');
    expect(faults).toContain('LOG_LEVEL: ');
    expect(faults).toContain('AWS_SECRET_ACCESS_KEY: ');
  });

  it('repeats no value that may be a secret', () => {
    const faults = faultsOf({ REDIS_URL: 'http://user:hunter2@host', S3_ENDPOINT: 'hunter2' });
    expect(faults).toContain('REDIS_URL: expected redis://host:6379');
    expect(faults).not.toContain('hunter2');
  });
});

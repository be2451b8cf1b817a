import { describe, expect, it } from '@jest/globals';
import { CroplineError } from '@cropline/contracts';
import { readConfig } from './config.js';

const output = { CROPLINE_OUTPUT_URL: 's3://bucket/batches' };

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

describe('readConfig of the API', () => {
  it('has a default for everything but the output', () => {
    expect(readConfig(output)).toEqual({
      host: '127.0.0.1',
      port: 3000,
      redisUrl: 'redis://127.0.0.1:6379',
      queuePrefix: '{cropline}',
      s3: { endpoint: undefined, region: 'us-east-1' },
      outputUrl: 's3://bucket/batches',
      access: { to: 'this machine' },
      limits: { requestsPerMinute: null, openBatches: null, openItems: null },
      maxConnections: 10_000,
      bodyIdleMs: 60_000,
      window: 256,
      lockMs: 20_000,
      allowNetworks: [],
      buckets: { allowed: undefined, closed: ['s3://bucket/batches/access'] },
      logLevel: 'info',
    });
    expect(faultsOf({})).toContain('CROPLINE_OUTPUT_URL: expected s3://bucket/prefix');
  });

  it('takes the buckets that it may use', () => {
    const env = { ...output, CROPLINE_ALLOWED_BUCKETS: 'photos, archive/2026' };
    const allowed = ['photos', 'archive/2026', 'bucket/batches'];
    expect(readConfig(env).buckets.allowed).toEqual(allowed);
    const faults = faultsOf({ ...output, CROPLINE_ALLOWED_BUCKETS: 's3://photos' });
    expect(faults).toContain('CROPLINE_ALLOWED_BUCKETS: expected buckets');
  });

  it('prefers S3_REGION to AWS_REGION and takes what is set to nothing as not set', () => {
    const env = { ...output, PORT: '', AWS_REGION: 'eu-west-1' };
    expect(readConfig(env)).toMatchObject({ port: 3000, s3: { region: 'eu-west-1' } });
    expect(readConfig({ ...env, S3_REGION: 'local' }).s3.region).toBe('local');
  });

  it('reports every fault at once, each with its name', () => {
    const faults = faultsOf({
      HOST: 'http://host',
      PORT: '70000',
      CROPLINE_WINDOW: 'wide',
      CROPLINE_OUTPUT_URL: '/var/results',
      LOG_LEVEL: 'loud',
      AWS_SECRET_ACCESS_KEY: 'hunter2',
    });
    expect(
      faults
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(':')[0])
        .sort(),
    ).toEqual([
      'AWS_ACCESS_KEY_ID',
      'CROPLINE_OUTPUT_URL',
      'CROPLINE_WINDOW',
      'HOST',
      'LOG_LEVEL',
      'PORT',
    ]);
    expect(faults).toContain('PORT: expected a whole number from 0 to 65535, but received "70000"');
  });

  it('repeats no value that may be a secret', () => {
    const faults = faultsOf({
      REDIS_URL: 'http://user:hunter2@host',
      S3_ENDPOINT: 'hunter2',
      CROPLINE_OUTPUT_URL: 'https://key:hunter2@host',
    });
    expect(faults).toContain('REDIS_URL: expected redis://host:6379');
    expect(faults).not.toContain('hunter2');
  });

  it('is open without being told on a loopback address alone', () => {
    for (const HOST of ['127.0.0.1', '127.8.8.8', 'localhost', '::1']) {
      expect(readConfig({ ...output, HOST }).access).toEqual({ to: 'this machine' });
    }
    for (const HOST of ['0.0.0.0', '::', '10.0.0.1', 'cropline.example', '127.0.0.1.example']) {
      const faults = faultsOf({ ...output, HOST });
      expect(faults).toContain('CROPLINE_AUTH: expected keys or open-to-everyone');
      expect(faults).toContain('cropline admin keys create');
      const open = { ...output, HOST, CROPLINE_AUTH: 'open-to-everyone' };
      expect(readConfig(open).access).toEqual({ to: 'everyone' });
    }
    expect(faultsOf({ ...output, CROPLINE_AUTH: 'none' })).toContain('CROPLINE_AUTH: expected');
  });

  it('looks for keys below the output, or where it is told', () => {
    const env = { ...output, CROPLINE_AUTH: 'keys', HOST: '0.0.0.0' };
    expect(readConfig(env).access).toEqual({
      to: 'keys',
      accessUrl: 's3://bucket/batches/access',
    });
    expect(readConfig({ ...env, CROPLINE_ACCESS_URL: 's3://keys/of/mine' }).access).toEqual({
      to: 'keys',
      accessUrl: 's3://keys/of/mine',
    });
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { childEnvironment } from './child-environment.js';

describe('the environment of a process of the stack', () => {
  const before = { ...process.env };
  afterEach(() => {
    for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  });

  it('hands on what is the user’s, and nothing that leads elsewhere', () => {
    Object.assign(process.env, {
      CROPLINE_MODEL_MIRROR: '/models',
      HTTPS_PROXY: 'http://proxy',
      AWS_PROFILE: 'production',
      S3_ENDPOINT: 'https://production',
      REDIS_URL: 'redis://production',
      CROPLINE_OUTPUT_URL: 's3://production',
      PORT: '80',
      NODE_ENV: 'test',
    });
    const environment = childEnvironment({ S3_REGION: 'here' }, { S3_REGION: 'there', PORT: '0' });
    expect(environment).toMatchObject({
      CROPLINE_MODEL_MIRROR: '/models',
      HTTPS_PROXY: 'http://proxy',
      S3_REGION: 'there',
      PORT: '0',
    });
    for (const name of [
      'AWS_PROFILE',
      'S3_ENDPOINT',
      'REDIS_URL',
      'CROPLINE_OUTPUT_URL',
      'NODE_ENV',
    ]) {
      expect(environment).not.toHaveProperty(name);
    }
  });
});

import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import { ADMIT_EVERYONE } from './admission.js';
import { startTestApi, type TestApi } from '../testing/test-api.js';

let api: TestApi;
afterEach(() => api.close());

/** The status of a request that names this host, as a page in a browser would have it sent. */
async function statusFor(
  host: string,
  path = '/v1/batches',
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<number | undefined> {
  const { headers, method = 'GET' } = options;
  const sent = request(api.url + path, { method, headers: { host, ...headers }, agent: false });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

it('is open to those who call this machine by a name that is always its own', async () => {
  api = await startTestApi();
  for (const host of [
    'localhost',
    'LOCALHOST:3000',
    'cropline.localhost:3000',
    '127.0.0.1:3000',
    '127.1.2.3',
    '[::1]:3000',
  ]) {
    expect([host, await statusFor(host)]).toEqual([host, 200]);
  }
  for (const host of [
    'evil.example',
    'evil.example:3000',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'localhost@evil.example',
    '10.0.0.1',
    '0.0.0.0',
    '2130706433',
    '[::]',
    '[::ffff:127.0.0.1]',
    'localhost:3000:1',
  ]) {
    expect([host, await statusFor(host)]).toEqual([host, 403]);
    expect([host, await statusFor(host, '/health/live')]).toEqual([host, 200]);
  }
});

it('changes nothing for a page of another origin', async () => {
  api = await startTestApi();
  const post = { method: 'POST', headers: { origin: 'https://evil.example' } };
  expect(await statusFor('localhost', '/v1/batches/x/cancel', post)).toBe(403);
  expect(await statusFor('localhost', '/v1/batches/x/cancel', { method: 'POST' })).toBe(404);
});

it('asks nobody, whatever they call it, when it is open to everyone', async () => {
  api = await startTestApi(ADMIT_EVERYONE);
  expect(await statusFor('cropline.example')).toBe(200);
  const headers = { authorization: 'Bearer anything' };
  expect(await statusFor('cropline.example', '/v1/batches', { headers })).toBe(200);
});

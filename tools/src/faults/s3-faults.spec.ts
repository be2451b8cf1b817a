import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttpGate, type HttpFault, type HttpGate } from './http-gate.js';
import {
  clockSkew,
  expiredFor,
  isWrite,
  onlyWhen,
  overlong,
  reset,
  s3Error,
  truncated,
} from './s3-faults.js';

const BODY = 'meow'.repeat(1_000);

describe('the faults of a gate before S3', () => {
  let gate: HttpGate;
  let heal: () => void = () => undefined;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.end(BODY));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    gate = await startHttpGate(
      new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
    stop = async () => {
      await gate.close();
      server.closeAllConnections();
      server.close();
    };
  });
  afterEach(() => heal());
  afterAll(() => stop());

  const ask = async (init: RequestInit = {}): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${gate.url}/photos/cat.jpg`, init);
    return { status: response.status, text: await response.text() };
  };
  const use = (fault: HttpFault): void => {
    heal = gate.use(fault);
  };

  it('answer with errors of S3, only where they are to', async () => {
    use(onlyWhen(isWrite, s3Error(403, 'AccessDenied')));
    expect(await ask()).toEqual({ status: 200, text: BODY });
    const refused = await ask({ method: 'PUT', body: BODY });
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.text).toContain('<Code>AccessDenied</Code>');
  });

  it('refuse a key that has expired, and no other', async () => {
    use(expiredFor('OLD'));
    const signed = (key: string): RequestInit => ({
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/s3` },
    });
    expect((await ask(signed('OLD'))).text).toContain('ExpiredToken');
    expect((await ask(signed('NEW'))).text).toBe(BODY);
  });

  it('refuse what is not signed by the clock of the store', async () => {
    use(clockSkew(3_600_000));
    const at = (ms: number): RequestInit => ({
      headers: { 'x-amz-date': new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '') },
    });
    expect((await ask(at(Date.now()))).text).toContain('RequestTimeTooSkewed');
    expect((await ask(at(Date.now() + 3_600_000))).text).toBe(BODY);
  });

  it.each([
    ['broken off', reset],
    ['ended early', truncated],
  ])('give bodies that are %s', async (_, fault) => {
    use(fault);
    await expect(ask()).rejects.toThrow();
  });

  it('give bodies whose announced length is wrong', async () => {
    use(overlong('half'));
    expect((await ask()).text).toBe(BODY.slice(0, BODY.length / 2));
  });
});

import { describe, expect, it } from '@jest/globals';
import { connectionFault, statusFault } from './http-fault.js';

const URL = 'https://me:hunter2@example.org/cat.jpg?sig=hunter2';

describe('connectionFault', () => {
  it.each([
    ['EAI_AGAIN', 'IMAGE_HOST_UNRESOLVED', true],
    ['ENOTFOUND', 'IMAGE_HOST_UNRESOLVED', true],
    ['ECONNRESET', 'IMAGE_FETCH_FAILED', true],
    ['UND_ERR_SOCKET', 'IMAGE_FETCH_FAILED', true],
    ['ETIMEDOUT', 'IMAGE_FETCH_TIMEOUT', true],
    ['CERT_HAS_EXPIRED', 'IMAGE_FETCH_FAILED', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'IMAGE_FETCH_FAILED', false],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'IMAGE_FETCH_FAILED', false],
    ['UND_ERR_HEADERS_OVERFLOW', 'IMAGE_HTTP_ERROR', false],
  ])('makes %s %s, retryable: %j', (code, expected, retryable) => {
    const fault = connectionFault(Object.assign(new Error('as the system says'), { code }), URL);
    expect(fault).toMatchObject({ code: expected, retryable });
    expect((fault as Error).message).toContain('https://example.org/cat.jpg');
    expect((fault as Error).message).not.toContain('hunter2');
  });

  it('leaves alone what the network did not say', () => {
    const bug = new TypeError('undefined is not a function');
    expect(connectionFault(bug, URL)).toBe(bug);
  });
});

describe('statusFault', () => {
  it('tells the pause only where another attempt is made', () => {
    expect(statusFault(URL, 429, '7').details).toEqual({ status: 429, retryAfterMs: 7_000 });
    expect(statusFault(URL, 404, '7').details).toEqual({ status: 404 });
  });
});

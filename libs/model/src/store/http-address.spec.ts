import { describe, expect, it } from '@jest/globals';
import { fileUnder, httpAddress } from './http-address.js';

describe('httpAddress', () => {
  it('sends the secrets of a URL and shows none of them', () => {
    const address = httpAddress('https://me:p%40ss@host.example/folder/file?token=secret#part');
    expect(address.url).toBe('https://host.example/folder/file?token=secret');
    expect(address.headers).toEqual({
      authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    });
    expect(address.shown).toBe('https://host.example/folder/file');
    expect(address.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes a password with a bare per cent sign as it is', () => {
    const { authorization = '' } = httpAddress('https://me:100%@host.example/').headers;
    expect(Buffer.from(authorization.slice(6), 'base64').toString()).toBe('me:100%');
  });

  it('sends no credentials where there are none', () => {
    expect(httpAddress('http://host.example/').headers).toEqual({});
  });
});

describe('fileUnder', () => {
  it('appends to the path and keeps the query', () => {
    expect(fileUnder('https://host/a', 'f.onnx')).toBe('https://host/a/f.onnx');
    expect(fileUnder('https://host/a/?sig=1', 'f.onnx')).toBe('https://host/a/f.onnx?sig=1');
    expect(fileUnder('https://host', 'f.onnx')).toBe('https://host/f.onnx');
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withSecretFiles } from './secret-files.js';

describe('withSecretFiles', () => {
  let folder: string;
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cropline-secrets-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('takes a setting from the file that is named for it, and leaves the others', () => {
    const REDIS_URL_FILE = file('url', 'redis://:hunter2@host\n');
    expect(withSecretFiles({ REDIS_URL_FILE, PORT: '1' }, ['REDIS_URL'])).toMatchObject({
      REDIS_URL: 'redis://:hunter2@host',
      PORT: '1',
    });
    const plain = { REDIS_URL: 'redis://host', REDIS_URL_FILE: '' };
    expect(withSecretFiles(plain, ['REDIS_URL'])).toEqual(plain);
  });

  it('names every file it cannot use, and no value', () => {
    const environment = {
      A_FILE: join(folder, 'none'),
      B_FILE: file('empty', ' \n'),
      C_FILE: file('c', 'hunter2'),
      C: 'hunter3',
    };
    const read = (): unknown => withSecretFiles(environment, ['A', 'B', 'C']);
    for (const fault of [
      'A_FILE: expected a file',
      'B_FILE: expected a secret',
      'C_FILE: expected C not',
    ]) {
      expect(read).toThrow(fault);
    }
    expect(read).not.toThrow('hunter');
  });
});

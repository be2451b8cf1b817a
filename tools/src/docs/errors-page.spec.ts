import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '@cropline/contracts';
import { errorsPage } from './errors-page.js';

describe('docs/errors.md', () => {
  it('is what the registry of error codes says (else: npm run docs:errors)', async () => {
    const page = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
    expect(page).toBe(errorsPage());
  });

  it('has one row with an anchor for every code', () => {
    const page = errorsPage();
    for (const code of Object.keys(ERROR_CODES)) {
      const row = `| <a id="${code.toLowerCase()}"></a>\`${code}\` |`;
      expect(page.split(row)).toHaveLength(2);
    }
  });
});

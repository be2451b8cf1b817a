import { describe, expect, it } from '@jest/globals';
import { sampleResult } from '../testing/sample-batch.js';
import { coloured, plain } from './paint.js';
import { ResultLines } from './result-lines.js';

const CAT = '71.3 %  tabby, tabby cat  (tiger cat 15.0 %, Egyptian cat 8.0 %)';

describe('ResultLines', () => {
  it('aligns scores, and widens the names as longer ones come', () => {
    const lines = new ResultLines(plain, false);
    expect(lines.line(sampleResult('a.jpg'))).toBe(`a.jpg              ${CAT}`);
    const long = 'a-long-name-of-an-image.jpg';
    expect(lines.line(sampleResult(long))).toBe(`${long}   ${CAT}`);
    expect(lines.line(sampleResult('a.jpg'))).toBe(`${'a.jpg'.padEnd(long.length)}   ${CAT}`);
  });

  it('shows failed and cancelled items for what they are', () => {
    const lines = new ResultLines(plain, false);
    expect(lines.line(sampleResult('a', 'IMAGE_NOT_FOUND'))).toMatch(
      /^a +failed +IMAGE_NOT_FOUND: /,
    );
    expect(
      lines.line({ id: 'b', url: 's3://p/b', status: 'cancelled', reason: 'cancelled' }),
    ).toMatch(/^b +cancelled$/);
  });

  it('shows no signature of a URL and no control characters', () => {
    const lines = new ResultLines(plain, false);
    const url = 'https://example.org/a.jpg?X-Amz-Signature=hunter2';
    expect(lines.line(sampleResult(url))).not.toContain('hunter2');
    expect(lines.line(sampleResult(url))).toContain('https://example.org/a.jpg');
    expect(lines.line(sampleResult('evil\u001b[2J\n'))).toMatch(/^evil\?\[2J\? /);
  });

  it('shows the end of a long name on a terminal, and all of it elsewhere', () => {
    const path = `${'photos/'.repeat(20)}cat.jpg`;
    const shown = new ResultLines(coloured, true).line(sampleResult(path));
    expect(shown.slice(0, 48)).toBe(`...${path.slice(-45)}`);
    expect(new ResultLines(plain, false).line(sampleResult(path))).toContain(path);
  });
});

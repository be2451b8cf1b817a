import { describe, expect, it } from '@jest/globals';
import { DrawProgress } from './draw-progress.js';

function told(isTTY: boolean, json: boolean): string {
  let output = '';
  const out = { isTTY, write: (text: string) => (output += text) };
  const progress = new DrawProgress(2, out, json);
  progress.update(1);
  progress.update(2);
  progress.finish();
  return output;
}

describe('the progress of drawing', () => {
  it('is one line that changes at a terminal', () => {
    expect(told(true, false)).toMatch(/^(\r\d of 2 pictures, \d+ a second\u001b\[K)+\n$/);
  });

  it('is plain lines elsewhere, the last one always', () => {
    expect(told(false, false)).toMatch(/^2 of 2 pictures, \d+ a second\n$/);
  });

  it('is a JSON object a line when asked', () => {
    expect(JSON.parse(told(true, true))).toMatchObject({ written: 2, total: 2 });
  });
});

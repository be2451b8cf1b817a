import { describe, expect, it } from '@jest/globals';
import { isErrorLine, readableLine } from './log-line.js';

const line = (fields: object): string => JSON.stringify({ level: 30, time: 1, pid: 2, ...fields });

describe('a log line at a terminal', () => {
  it('shows source, message and what is particular to it', () => {
    expect(readableLine('worker-1', line({ msg: 'warmed up', threads: 2, device: 'cpu' }))).toBe(
      'worker-1  warmed up threads=2 device=cpu',
    );
  });

  it('marks warnings and errors', () => {
    expect(readableLine('api', line({ level: 40, msg: 'slow' }))).toBe('api       WARN slow');
    expect(readableLine('api', line({ level: 50, msg: 'broken' }))).toBe('api       ERROR broken');
    expect(isErrorLine(line({ level: 50 }))).toBe(true);
    expect(isErrorLine(line({ level: 40 }))).toBe(false);
  });

  it.each(['Ready to accept connections', '{ not json', ''])('leaves %j as it is', (text) => {
    expect(readableLine('redis', text)).toBe(`redis     ${text}`);
    expect(isErrorLine(text)).toBe(false);
  });
});

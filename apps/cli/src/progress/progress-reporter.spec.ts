import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { RecordedStream, recordedConsole } from '../testing/terminal.js';
import { ProgressReporter } from './progress-reporter.js';
import type { Progress } from './progress-text.js';

const ERASED = '\r\u001b[0J';

const state = (done: number, label = 'Classifying'): Progress => ({
  label,
  done,
  total: 100,
  unit: 'images',
  failed: 0,
  rate: null,
  etaSeconds: null,
});

function start(isTTY: boolean) {
  const clock = { ms: 0 };
  const stream = new RecordedStream(isTTY);
  const reporter = new ProgressReporter(recordedConsole(stream), () => clock.ms);
  return { clock, stream, reporter };
}

describe('progress on a terminal', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is redrawn at most ten times a second, and gone in the end', () => {
    const { clock, stream, reporter } = start(true);
    reporter.update(state(1));
    clock.ms = 99;
    reporter.update(state(2));
    clock.ms = 100;
    reporter.update(state(3));
    reporter.finish();
    expect(stream.text).toContain('1/100');
    expect(stream.text).not.toContain('2/100');
    expect(stream.text).toContain('3/100');
    expect(stream.text).toMatch(/\r\u001b\[0J$/);
    expect(stream.text).not.toContain('\n');
  });

  it('moves on its own while nothing new is known', () => {
    jest.useFakeTimers();
    const { clock, stream, reporter } = start(true);
    reporter.update(state(1));
    clock.ms = 100;
    jest.advanceTimersByTime(100);
    expect(stream.text).toMatch(/⠋.*⠙/s);
    reporter.finish();
    const { length } = stream.text;
    jest.advanceTimersByTime(1000);
    expect(stream.text).toHaveLength(length);
  });

  it('gets out of the way of what is written above it', async () => {
    const { stream, reporter } = start(true);
    reporter.update(state(1));
    const before = stream.text.length;
    await reporter.above(() => {
      stream.write('cat.jpg\n');
      return Promise.resolve();
    });
    reporter.update(state(2));
    expect(stream.text.slice(before)).toMatch(/^\r\u001b\[0Jcat\.jpg\n\r\u001b\[0J.*2\/100/s);
    reporter.finish();
  });
});

describe('progress elsewhere', () => {
  it('is a plain line every five seconds and whenever what is going on changes', () => {
    const { clock, stream, reporter } = start(false);
    reporter.update(state(0, 'Queueing'));
    clock.ms = 10;
    reporter.update(state(1));
    clock.ms = 5009;
    reporter.update(state(2));
    clock.ms = 5010;
    reporter.update(state(3));
    reporter.finish();
    expect(stream.text).toBe('Classifying   1 %  1/100 images\nClassifying   3 %  3/100 images\n');
    expect(stream.text).not.toContain(ERASED);
  });
});

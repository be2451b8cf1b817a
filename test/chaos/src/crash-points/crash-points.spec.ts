import { describe, expect, it } from '@jest/globals';
import { runCrashPoints } from './run-crash-points.js';
import { SCENARIOS } from './scenarios.js';

describe('an API that is killed while it accepts a batch', () => {
  it('has accepted all of it or nothing', async () => {
    const story: string[] = [];
    const outcomes = await runCrashPoints({
      scenarios: SCENARIOS.filter(({ name }) => name === 'accept'),
      pointsOf: () => [
        { step: 'PUT /<id>/manifest.jsonl', when: 'after' },
        { step: 'PUT /<id>/batch.json', when: 'after' },
      ],
      signal: new AbortController().signal,
      onProgress: (text) => story.push(text),
    });
    const wrong = outcomes.filter(({ faults }) => faults.length > 0);
    expect({ wrong, story }).toEqual({ wrong: [], story });
    expect(outcomes.filter(({ struck }) => struck)).toHaveLength(2);
  }, 180_000);
});

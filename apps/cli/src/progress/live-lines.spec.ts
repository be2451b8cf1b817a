import { describe, expect, it } from '@jest/globals';
import { RecordedStream } from '../testing/terminal.js';
import { LiveLines } from './live-lines.js';

describe('LiveLines', () => {
  it('draws over what it drew before, however many lines that were, and leaves nothing', () => {
    const stream = new RecordedStream(true);
    const live = new LiveLines(stream);
    live.draw(['a', 'b', 'c']);
    live.draw(['d']);
    live.draw(['e', 'f']);
    live.erase();
    live.erase();
    expect(stream.text.split('\r').slice(1)).toEqual([
      '\u001b[0Ja\nb\nc',
      '\u001b[2A\u001b[0Jd',
      '\u001b[0Je\nf',
      '\u001b[1A\u001b[0J',
    ]);
  });
});

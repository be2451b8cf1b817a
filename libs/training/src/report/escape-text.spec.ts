import { describe, expect, it } from '@jest/globals';
import { escapeText } from './escape-text.js';

describe('escapeText', () => {
  it('lets no text end a tag or an attribute', () => {
    expect(escapeText(`<b a="1">&</b>`)).toBe('&lt;b a=&quot;1&quot;&gt;&amp;&lt;/b&gt;');
  });

  it('replaces what no XML document may hold, and keeps the rest', () => {
    expect(escapeText('a\u0000b\u001bc\ud800d\uffffe')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde');
    expect(escapeText('zwölf Schmetterlinge 🦋\n')).toBe('zwölf Schmetterlinge 🦋\n');
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseModelFile } from './model-file.js';

const text = readFileSync(new URL('../../../../docs/models.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, json = '']) => json);

describe('docs/models.md', () => {
  it('has an example of each kind of network', () => {
    const kinds = examples.map((json) => parseModelFile(json, 'docs/models.md').network.kind);
    expect(kinds).toEqual(['googlenet', 'onnx']);
  });
});

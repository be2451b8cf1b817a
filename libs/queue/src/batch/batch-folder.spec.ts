import { describe, expect, it } from '@jest/globals';
import { batchFolder, chunkOfPart, isBatchFile } from './batch-folder.js';

const FOLDER = 's3://results/out/b1';

describe('the files of a batch', () => {
  it('are all known to whoever deletes it', () => {
    const urls = Object.values<string | ((chunk: number) => string)>({
      ...batchFolder(FOLDER),
    }).map((file) => (typeof file === 'string' ? file : file(1_234_567)));
    for (const url of urls) {
      const name = url.slice(FOLDER.length + 1);
      expect([name, isBatchFile(name, 'classification')]).toEqual([name, true]);
    }
    expect(isBatchFile('retries/0002/parts/000000.jsonl', 'batch')).toBe(true);
  });

  it.each([
    'notes.txt',
    'input',
    'batch.json.bak',
    'my/batch.json',
    'parts/1.jsonl',
    'parts/000001.jsonl/x',
    'parts/',
    'retries/2/batch.json',
    'retries/0002/retries/0003/batch.json',
    '',
  ])('do not include %j', (name) => {
    expect(isBatchFile(name, 'batch')).toBe(false);
  });

  it('tell the chunk of a part, and of nothing else', () => {
    const { part, results } = batchFolder(FOLDER);
    expect(chunkOfPart(part(42))).toBe(42);
    expect(chunkOfPart(part(1_234_567))).toBe(1_234_567);
    expect(chunkOfPart(results)).toBeNull();
  });
});

import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PartialFile } from './partial-file.js';

const ORIGIN = { source: 'somewhere', validator: '"one"' };
const BYTES = randomBytes(5000);

describe('PartialFile', () => {
  let folder: string;
  let target: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-partial-'));
    target = join(folder, 'weights.onnx');
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** What a process leaves behind that was stopped after so many bytes. */
  const leaveBytes = async (count: number): Promise<void> => {
    const partial = await PartialFile.take(join(folder, `other-${count}`));
    await partial.restart(ORIGIN);
    await partial.write(BYTES.subarray(0, count));
    await partial.leave();
    for (const name of await readdir(folder)) {
      if (!name.startsWith('other')) continue;
      const renamed = name.replace(/^other-\d+/, 'weights.onnx');
      await writeFile(join(folder, renamed), await readFile(join(folder, name)));
      await rm(join(folder, name));
    }
  };

  it('shows nothing under the final name before it is whole', async () => {
    await writeFile(target, 'old');
    const partial = await PartialFile.take(target);
    await partial.write(BYTES);
    expect(await readFile(target, 'utf8')).toBe('old');
    await partial.commit();
    expect(await readFile(target)).toEqual(BYTES);
    expect(partial.digest).toBe(createHash('sha256').update(BYTES).digest('hex'));
    expect(await readdir(folder)).toEqual(['weights.onnx']);
  });

  it('takes over the most that was left, and clears up the rest', async () => {
    await leaveBytes(1000);
    await leaveBytes(3000);
    await leaveBytes(2000);
    const partial = await PartialFile.take(target);
    expect(partial.size).toBe(3000);
    expect(partial.origin).toEqual(ORIGIN);
    await partial.write(BYTES.subarray(3000));
    await partial.commit();
    expect(await readFile(target)).toEqual(BYTES);
    expect(await readdir(folder)).toEqual(['weights.onnx']);
  });

  it('takes over nothing whose origin is not known', async () => {
    await leaveBytes(1000);
    for (const name of await readdir(folder)) {
      if (name.endsWith('.origin')) await writeFile(join(folder, name), 'not json');
    }
    const partial = await PartialFile.take(target);
    expect([partial.size, partial.origin]).toEqual([0, null]);
    await partial.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves nothing that nobody could go on with', async () => {
    const partial = await PartialFile.take(target);
    await partial.write(BYTES);
    await partial.leave();
    expect(await readdir(folder)).toEqual([]);
  });

  it('forgets what it had when it begins again', async () => {
    const partial = await PartialFile.take(target);
    await partial.write(randomBytes(9000));
    await partial.restart(null);
    await partial.write(BYTES);
    await partial.commit();
    expect(await readFile(target)).toEqual(BYTES);
    expect(partial.digest).toBe(createHash('sha256').update(BYTES).digest('hex'));
  });

  it('names the path when the cache cannot be written', async () => {
    await expect(PartialFile.take(join(folder, 'none', 'file'))).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringContaining(join(folder, 'none', 'file')) as unknown,
    });
  });
});

import { findImages } from './find-images.js';
import type { SourceFlags } from './find-source.js';
import { LineSpool } from './line-spool.js';
import type { SubmitItems } from './submit-items.js';

/**
 * The images of this machine as the items of a batch that is only estimated: none is read or sent.
 *
 * @throws `INPUT_NOT_FOUND` when an argument means no image.
 */
export async function itemsToEstimate(
  words: readonly string[],
  flags: SourceFlags,
): Promise<SubmitItems> {
  const spool = await LineSpool.create();
  let leftOut = 0;
  try {
    let index = 0;
    for await (const image of findImages(words, flags)) {
      if (image.kind === 'left-out') leftOut += 1;
      else await spool.add({ url: `file:///image/${index}` });
      index += 1;
    }
    await spool.close();
  } catch (error) {
    await spool.remove();
    throw error;
  }
  return { lines: () => spool.read(), format: 'jsonl', leftOut, dispose: () => spool.remove() };
}

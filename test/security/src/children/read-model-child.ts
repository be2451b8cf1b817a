// Reads the files of models, and folders of models, that it is given, and prints for each what came of it and whether
// memory stayed in bounds. A process of its own, as one that takes all memory is ended.
import { stat } from 'node:fs/promises';
import { readModelFolder, readWeightsFile } from '@cropline/model';
import { outcomeOf } from '../outcome-of.js';

/** Beside the files themselves, in bytes. */
const MOST_GROWTH = 128 * 2 ** 20;

const before = process.resourceUsage().maxRSS;
let bytes = 0;
for (const path of process.argv.slice(2)) {
  const facts = await stat(path);
  bytes += facts.size;
  const read = async (): Promise<unknown> =>
    facts.isDirectory() ? await readModelFolder(path) : await readWeightsFile(path);
  const came = await outcomeOf(read, () => 'read');
  const growth = (process.resourceUsage().maxRSS - before) * 1024;
  const bounded = growth < MOST_GROWTH + bytes;
  console.log(bounded ? came : `${came}, with ${Math.round(growth / 2 ** 20)} MiB of memory`);
}

// Reads a model's file, or the folder of a model, and prints what came of it and whether memory stayed in bounds.
import { stat } from 'node:fs/promises';
import { readModelFolder, readWeightsFile } from '@cropline/model';
import { outcomeOf } from '../outcome-of.js';

/** Beside the file itself, in bytes. */
const MOST_GROWTH = 128 * 2 ** 20;

const [path = ''] = process.argv.slice(2);
const facts = await stat(path);
const before = process.resourceUsage().maxRSS;
const read = async (): Promise<unknown> =>
  facts.isDirectory() ? await readModelFolder(path) : await readWeightsFile(path);
const came = await outcomeOf(read, () => 'read');
const growth = (process.resourceUsage().maxRSS - before) * 1024;
console.log(
  growth < MOST_GROWTH + facts.size
    ? came
    : `${came}, with ${Math.round(growth / 2 ** 20)} MiB of memory`,
);

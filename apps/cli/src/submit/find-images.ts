import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { CroplineError, describeCause } from '@cropline/contracts';
import { findInputs } from '../classify/find-inputs.js';
import { walkFolder } from '../classify/walk-folder.js';
import { pathFilter, type SourceFlags } from './find-source.js';

/** What an argument of `submit` came to. */
export type FoundImage =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'left-out'; readonly path: string; readonly why: string };

/**
 * The images that arguments mean, in their order, found while they are read: the files of folders and patterns,
 * files, and URLs. --include and --exclude choose among the files of folders.
 *
 * @throws `INPUT_NOT_FOUND` for an argument that means none.
 */
export async function* findImages(
  words: readonly string[],
  flags: SourceFlags,
): AsyncGenerator<FoundImage, void, undefined> {
  for (const word of words) {
    const facts = await stat(word).catch(() => null);
    if (facts?.isDirectory() === true) yield* inFolder(word, flags);
    else yield* others(word);
  }
}

async function* inFolder(
  folder: string,
  flags: SourceFlags,
): AsyncGenerator<FoundImage, void, undefined> {
  let found = false;
  const options = { wanted: pathFilter(flags), hidden: false, maxDepth: Infinity };
  for await (const entry of walkFolder(folder, options)) {
    found = true;
    if (entry.kind === 'file') yield { kind: 'file', path: entry.path };
    else yield leftOut(entry.path, `cannot be read (${describeCause(entry.error)})`);
  }
  if (!found) throw notFound(folder, 'the folder holds none that is wanted');
}

async function* others(word: string): AsyncGenerator<FoundImage, void, undefined> {
  for await (const input of findInputs([word], Readable.from([]))) {
    const { url } = input.item;
    if (input.kind === 'fault') {
      if (input.code === 'INPUT_NOT_FOUND') throw notFound(word, input.message);
      yield leftOut(input.item.id, input.message);
    } else if (/^file:/i.test(url)) yield { kind: 'file', path: pathOf(input.item.id, url) };
    else yield { kind: 'url', url };
  }
}

/** A file may be named as a path or as a URL. */
const pathOf = (id: string, url: string): string => (id === url ? fileURLToPath(url) : id);

const leftOut = (path: string, why: string): FoundImage => ({ kind: 'left-out', path, why });

const notFound = (word: string, why: string): CroplineError =>
  new CroplineError(
    'INPUT_NOT_FOUND',
    `Expected images at ${word}, but ${why.charAt(0).toLowerCase()}${why.slice(1).replace(/\.$/, '')}.`,
  );

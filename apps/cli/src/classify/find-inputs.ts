import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CroplineError } from '@cropline/contracts';
import picomatch from 'picomatch';
import { usageError } from '../command/usage-error.js';
import { textLines } from '../input/text-lines.js';
import { fileItem, type Input } from './input.js';
import { walkFolder, type WalkOptions } from './walk-folder.js';

/** Names of files in a folder that are taken for images; what they are is then seen from their bytes. */
export const IMAGE_NAME = /\.(jpe?g|jpe|jfif|png|webp|avif|gif|tiff?)$/i;

const IN_FOLDERS: WalkOptions = {
  wanted: (path) => IMAGE_NAME.test(path),
  hidden: false,
  maxDepth: Infinity,
};

const MOST_NAMED = 3;

/**
 * What the arguments of `cropline classify` mean, in their order, found while it is read:
 * - a URL of any scheme: that image;
 * - a file: that image, whatever its name;
 * - a folder: the images in it and below it, by their names, sorted, without hidden ones;
 * - a pattern (when no file has that name): the files that match;
 * - `-`: the URLs, files and folders that stdin names, one a line.
 *
 * What matches nothing is a fault at its place, and the others go on.
 *
 * @throws `USAGE_INVALID` for a second `-`.
 */
export async function* findInputs(
  words: readonly string[],
  stdin: Readable,
): AsyncGenerator<Input, void, undefined> {
  if (words.filter((word) => word === '-').length > 1) {
    throw usageError('Expected - at most once, as stdin can be read only once.');
  }
  for (const word of words) {
    if (word === '-') {
      for await (const { text } of textLines(stdin, 'stdin')) yield* find(text, true);
    } else {
      yield* find(word, false);
    }
  }
}

/**
 * Waits for the first image, then hands all inputs on as they were.
 *
 * @throws `INPUT_NOT_FOUND` when there is none.
 */
export async function requireImages(
  inputs: AsyncGenerator<Input, void, undefined>,
): Promise<AsyncGenerator<Input, void, undefined>> {
  const faults: Input[] = [];
  for (;;) {
    const next = await inputs.next();
    if (next.done === true) throw nothingFound(faults);
    if (next.value.kind === 'image') return resumed([...faults, next.value], inputs);
    faults.push(next.value);
  }
}

async function* resumed(
  first: readonly Input[],
  rest: AsyncGenerator<Input, void, undefined>,
): AsyncGenerator<Input, void, undefined> {
  yield* first;
  yield* rest;
}

function nothingFound(faults: readonly Input[]): CroplineError {
  const named = faults.slice(0, MOST_NAMED).map(({ item }) => JSON.stringify(item.id));
  const more = faults.length > MOST_NAMED ? ` and ${faults.length - MOST_NAMED} more` : '';
  const what =
    faults.length === 0 ? 'stdin names none' : `found none at ${named.join(', ')}${more}`;
  return new CroplineError(
    'INPUT_NOT_FOUND',
    `Expected images but ${what}. Name files, folders that hold images, patterns or URLs.`,
  );
}

async function* find(word: string, literal: boolean): AsyncGenerator<Input, void, undefined> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(word)) {
    yield { kind: 'image', item: { id: word, url: word } };
    return;
  }
  const facts = await stat(word).catch(() => null);
  if (facts?.isDirectory() === true) {
    yield* walk(word, word, IN_FOLDERS, 'The folder holds no images.');
  } else if (facts !== null || literal) {
    // A line of stdin that names nothing fails as an image that is not there.
    yield { kind: 'image', item: fileItem(word) };
  } else {
    const { base, glob, isGlob, negated } = picomatch.scan(word);
    if (isGlob && !negated)
      yield* walk(word, base || '.', patternOptions(glob), 'No file matches the pattern.');
    else yield notFound(word, 'There is no such file or folder.');
  }
}

async function* walk(
  word: string,
  folder: string,
  options: WalkOptions,
  otherwise: string,
): AsyncGenerator<Input, void, undefined> {
  let found = false;
  for await (const entry of walkFolder(folder, options)) {
    if (entry.kind === 'file') {
      found = true;
      yield { kind: 'image', item: fileItem(entry.path) };
    } else if (entry.path !== folder || options === IN_FOLDERS) {
      found = true;
      yield {
        kind: 'fault',
        item: fileItem(entry.path),
        code: 'IMAGE_ACCESS_DENIED',
        message: 'The folder cannot be read. Let this user read it.',
      };
    }
  }
  if (!found) yield notFound(word, otherwise);
}

const notFound = (word: string, message: string): Input => ({
  kind: 'fault',
  item: fileItem(word),
  code: 'INPUT_NOT_FOUND',
  message: `${message} Check the path.`,
});

/** A pattern as a walk: hidden names only where it spells out a dot, no deeper than it can match. */
function patternOptions(glob: string): WalkOptions {
  const wanted = picomatch(glob);
  const anyDepth = glob.includes('**') || /[@!?+*]\([^)]*\//.test(glob);
  return {
    wanted,
    hidden: /(^|\/|[{,(|])\\?\./.test(glob),
    maxDepth: anyDepth ? Infinity : glob.split('/').length,
  };
}

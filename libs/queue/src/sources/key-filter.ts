import { compileGlob } from './glob.js';

const IMAGE = /\.(?:jpe?g|png|webp|avif|gif|tiff?)$/i;

/** Which keys of a bucket are items. */
export interface KeyGlobs {
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/**
 * Whether a key is taken: as `include` has it and `exclude` has not. A glob without a slash is matched with
 * the last part of a key. By default those with the extension of an image are, in either case; "folders",
 * keys that end in a slash, never are.
 */
export function keyFilter({ include, exclude = [] }: KeyGlobs): (key: string) => boolean {
  const included = include === undefined ? (key: string) => IMAGE.test(key) : matcher(include);
  const excluded = matcher(exclude);
  return (key) => !key.endsWith('/') && included(key) && !excluded(key);
}

function matcher(globs: readonly string[]): (key: string) => boolean {
  const whole = globs.filter((glob) => glob.includes('/')).map(compileGlob);
  const last = globs.filter((glob) => !glob.includes('/')).map(compileGlob);
  return (key) => {
    const name = key.slice(key.lastIndexOf('/') + 1);
    return whole.some((takes) => takes(key)) || last.some((takes) => takes(name));
  };
}

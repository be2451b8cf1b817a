import picomatch from 'picomatch';

const IMAGES = ['*.{jpg,jpeg,png,webp,avif,gif,tif,tiff}'];

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
export function keyFilter({ include, exclude }: KeyGlobs): (key: string) => boolean {
  const included = matcher(include ?? IMAGES, include === undefined);
  const excluded = exclude === undefined ? () => false : matcher(exclude, false);
  return (key) => !key.endsWith('/') && included(key) && !excluded(key);
}

function matcher(globs: readonly string[], nocase: boolean): (key: string) => boolean {
  const options = { dot: true, nocase };
  const whole = picomatch(
    globs.filter((glob) => glob.includes('/')),
    options,
  );
  const last = picomatch(
    globs.filter((glob) => !glob.includes('/')),
    { ...options, basename: true },
  );
  return (key) => whole(key) || last(key);
}

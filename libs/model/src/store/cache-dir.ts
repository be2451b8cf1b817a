import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * The cache folder of Cropline by the XDG base directory specification.
 *
 * @param xdgCacheHome the setting XDG_CACHE_HOME; the specification has relative paths ignored.
 */
export function defaultCacheDir(xdgCacheHome?: string): string {
  const root =
    xdgCacheHome !== undefined && isAbsolute(xdgCacheHome)
      ? xdgCacheHome
      : join(homedir(), '.cache');
  return join(root, 'cropline');
}

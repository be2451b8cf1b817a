import { defaultCacheDir, type ResolveModelOptions } from '@cropline/model';
import type { CliConfig } from '../config/config.js';

/** Which model is meant and where it is looked for: `name`, else CROPLINE_MODEL, else the default. */
export function modelLocation(
  { model: config }: CliConfig,
  name: string | undefined = config.model,
): Pick<ResolveModelOptions, 'cacheDir' | 'model' | 'mirror'> {
  return {
    cacheDir: config.cacheDir ?? defaultCacheDir(config.xdgCacheHome),
    ...(name === undefined ? {} : { model: name }),
    ...(config.mirror === undefined ? {} : { mirror: config.mirror }),
  };
}

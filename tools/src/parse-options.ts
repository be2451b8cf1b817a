import { parseArgs, type ParseArgsConfig } from 'node:util';
import { CroplineError, describeCause } from '@cropline/contracts';

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

type Values<Options extends OptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Options }>
>['values'];

/**
 * The options of a script of this repository, by their names.
 *
 * @param expected what may be given, in messages
 * @throws `USAGE_INVALID` for an option or argument that is not taken, or a value that is missing
 */
export function parseOptions<const Options extends OptionsConfig>(
  args: readonly string[],
  options: Options,
  expected: string,
): Values<Options> {
  try {
    return parseArgs<{ args: string[]; options: Options }>({ args: [...args], options }).values;
  } catch (error) {
    // Node's own words end with a remark on escaping that helps nobody here.
    const [reason = ''] = describeCause(error).split(/\. (?=To specify)|\n/);
    throw new CroplineError('USAGE_INVALID', `${reason.replace(/\.$/, '')}: expected ${expected}.`);
  }
}

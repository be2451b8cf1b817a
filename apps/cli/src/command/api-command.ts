import { CroplineClient } from '@cropline/client';
import type { Command } from 'commander';
import { helpText, type Variable } from './help-text.js';
import type { Invocation } from './invocation.js';
import { apiOption } from './options.js';

/** The options of every command that talks to the API. */
export interface ApiFlags {
  readonly api?: string;
  readonly json?: true;
}

/** Declares a command that talks to the API: with `--api`, and with examples and the environment in its help. */
export function apiCommand(
  parent: Command,
  name: string,
  description: string,
  examples: readonly string[],
  variables: readonly Variable[] = [],
): Command {
  return parent
    .command(name)
    .description(description)
    .addOption(apiOption())
    .addHelpText('after', helpText(examples, ['api', ...variables, 'config', 'colour']));
}

/** The client of a command: --api goes before CROPLINE_API. */
export function clientOf({ api }: ApiFlags, { config }: Invocation): CroplineClient {
  return new CroplineClient({ baseUrl: api ?? config.api });
}

import { readFileSync } from 'node:fs';
import { CroplineClient } from '@cropline/client';
import { describeCause } from '@cropline/contracts';
import type { Command } from 'commander';
import type { CliConfig } from '../config/config.js';
import { helpText, type Variable } from './help-text.js';
import type { Invocation } from './invocation.js';
import { apiOption } from './options.js';
import { usageError } from './usage-error.js';

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
    .addHelpText('after', helpText(examples, ['api', 'apiKey', ...variables, 'config', 'colour']));
}

/**
 * The client of a command: --api goes before CROPLINE_API, CROPLINE_API_KEY before the file of a key.
 *
 * @throws `USAGE_INVALID` when that file cannot be read.
 */
export function clientOf({ api }: ApiFlags, { config }: Invocation): CroplineClient {
  return new CroplineClient({ baseUrl: api ?? config.api, apiKey: apiKeyOf(config) });
}

function apiKeyOf({
  apiKey,
  apiKeyFile,
}: Pick<CliConfig, 'apiKey' | 'apiKeyFile'>): string | undefined {
  if (apiKey !== undefined || apiKeyFile === undefined) return apiKey;
  try {
    return readFileSync(apiKeyFile, 'utf8').trim();
  } catch (error) {
    throw usageError(
      `Expected an API key in ${apiKeyFile}, but it cannot be read (${describeCause(error)}).`,
    );
  }
}

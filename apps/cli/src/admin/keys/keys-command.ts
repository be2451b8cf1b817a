import { SCOPES } from '@cropline/contracts';
import { Option, type Command } from 'commander';
import { helpText } from '../../command/help-text.js';
import type { Run } from '../../command/invocation.js';
import { jsonOption, wholeNumber } from '../../command/options.js';
import {
  addReadPrefix,
  addScope,
  addWritePrefix,
  keyLifetime,
  overlap,
  tenantName,
  type CreateKeyFlags,
} from './key-options.js';

const MOST = 1_000_000_000;
const DAY = 86_400;
const limit = (text: string): number => wholeNumber(text, 1, MOST);

/** `cropline admin keys create|list|rotate|revoke`: API keys, in object storage itself. */
export function declareKeys(admin: Command, run: Run): void {
  const keys = admin
    .command('keys')
    .description('API keys: who may call the API, for what. They lie in object storage.')
    .addHelpText('after', helpText(EXAMPLES, VARIABLES));

  keysCommand(keys, 'create', 'Make a key, and print it: it is known this once.', EXAMPLES)
    .addOption(
      new Option('--tenant <name>', 'whose key it is: tenants see their own batches only')
        .argParser(tenantName)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--scope <scope>', `${SCOPES.join(', ')}; may be repeated`)
        .argParser(addScope)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--read <prefix>',
        'where images and sources may be read from: s3://bucket/folder/, https://host/, or s3:// for all; may be repeated (nowhere)',
      ).argParser(addReadPrefix),
    )
    .addOption(
      new Option(
        '--write <prefix>',
        "where batches may have their output, beside the service's own: s3://bucket/folder/; may be repeated",
      ).argParser(addWritePrefix),
    )
    .addOption(
      new Option('--expires-in <duration>', 'such as 90d (until it is revoked)').argParser(
        keyLifetime,
      ),
    )
    .addOption(
      new Option('--requests-per-minute <n>', 'of this key (what the API is set to)').argParser(
        limit,
      ),
    )
    .addOption(
      new Option(
        '--max-open-batches <n>',
        'batches of the tenant that are not closed (what the API is set to)',
      ).argParser(limit),
    )
    .addOption(
      new Option('--max-open-items <n>', 'their items (what the API is set to)').argParser(limit),
    )
    .addOption(jsonOption('the key and all that is kept of it'))
    .action((flags: CreateKeyFlags) =>
      run(async (invocation) => (await changes()).createKey(flags, invocation)),
    );

  keysCommand(keys, 'list', 'Print all keys, the oldest first, without their secrets.', [
    'cropline admin keys list',
    'cropline admin keys list --json | jq -r \'select(.state == "valid").keyId\'',
  ])
    .addOption(jsonOption('a key a line'))
    .action((flags: { readonly json?: true }) =>
      run(async (invocation) => (await changes()).listKeys(flags, invocation)),
    );

  keysCommand(
    keys,
    'rotate',
    'Make a key that may do what another may, and end that one after a while.',
    ['cropline admin keys rotate 3f9a1c0b77de --overlap 7d'],
  )
    .argument('<id>', 'the id of the key that is replaced')
    .addOption(
      new Option('--overlap <duration>', 'how long the old key stays valid, such as 7d')
        .argParser(overlap)
        .default(DAY, '1d'),
    )
    .addOption(jsonOption('the new key and all that is kept of it'))
    .action((id: string, flags: { readonly overlap: number; readonly json?: true }) =>
      run(async (invocation) => (await changes()).rotateKey(id, flags, invocation)),
    );

  keysCommand(keys, 'revoke', 'End a key, for good.', ['cropline admin keys revoke 3f9a1c0b77de'])
    .argument('<id>', 'the id of the key')
    .action((id: string) => run(async (invocation) => (await changes()).revokeKey(id, invocation)));
}

const EXAMPLES = [
  'cropline admin keys create --tenant acme --scope read --scope submit --read s3://acme-photos/',
  'cropline admin keys create --tenant ops --scope admin --expires-in 90d > ops.key',
];
const VARIABLES = ['output', 'access', 's3', 'config', 'colour'] as const;

function keysCommand(
  parent: Command,
  name: string,
  description: string,
  examples: readonly string[],
): Command {
  return parent
    .command(name)
    .description(description)
    .addHelpText('after', helpText(examples, VARIABLES));
}

/** Loaded when a command needs it: the client of object storage takes its time. */
function changes(): Promise<typeof import('./change-keys.js')> {
  return import('./change-keys.js');
}

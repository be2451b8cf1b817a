import type { Command } from 'commander';
import { apiCommand, clientOf, type ApiFlags } from '../command/api-command.js';
import { helpText } from '../command/help-text.js';
import type { Run } from '../command/invocation.js';
import { jsonOption } from '../command/options.js';
import { declareKeys } from './keys/keys-command.js';
import { reconcile } from './reconcile.js';

/** `cropline admin reconcile|keys`: what operators do. */
export function declareAdmin(program: Command, run: Run): void {
  const admin = program
    .command('admin')
    .description('Look after the service.')
    .addHelpText(
      'after',
      helpText(
        ['cropline admin reconcile', 'cropline admin keys list'],
        ['api', 'apiKey', 'config', 'colour'],
      ),
    );

  apiCommand(
    admin,
    'reconcile',
    'Compare Redis with object storage, restore what Redis has lost, and wait for the report.',
    ['cropline admin reconcile', 'cropline admin reconcile --json | jq .restored'],
  )
    .addOption(jsonOption('the report'))
    .action((flags: ApiFlags) =>
      run((invocation) => reconcile(clientOf(flags, invocation), flags, invocation)),
    );

  declareKeys(admin, run);
}

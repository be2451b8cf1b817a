import { batchStatusSchema } from '@cropline/contracts';
import { Option, type Command } from 'commander';
import { apiCommand, clientOf, type ApiFlags } from '../command/api-command.js';
import type { Run } from '../command/invocation.js';
import { jsonOption, wholeNumber } from '../command/options.js';
import { listBatches, type ListFlags } from './list-batches.js';
import { printBatch } from './print-batch.js';
import { watchBatch } from './watch-batch.js';

/** `cropline status|watch|ls`: where batches stand. */
export function declareFollowCommands(program: Command, run: Run): void {
  apiCommand(program, 'status', 'Print where a batch stands.', [
    'cropline status BATCH',
    'cropline status BATCH --json | jq .counts',
  ])
    .argument('<batch>', 'its id')
    .addOption(jsonOption('the batch'))
    .action((id: string, flags: ApiFlags) =>
      run(async (invocation) =>
        printBatch(await clientOf(flags, invocation).getBatch(id), flags, invocation),
      ),
    );

  apiCommand(
    program,
    'watch',
    'Follow a batch to its end; Ctrl-C ends the watching, not the batch.',
    ['cropline watch BATCH && cropline results BATCH', 'cropline watch BATCH --json | jq .counts'],
  )
    .argument('<batch>', 'its id')
    .addOption(jsonOption('the batch at every change'))
    .action((id: string, flags: ApiFlags) =>
      run((invocation) =>
        watchBatch(clientOf(flags, invocation), id, flags.json === true, invocation),
      ),
    );

  apiCommand(program, 'ls', 'List batches, the newest first.', [
    'cropline ls',
    'cropline ls --status in_progress',
    'cropline ls --limit 1000 --json | jq -r .id',
  ])
    .addOption(new Option('--status <status>', 'only these').choices(batchStatusSchema.options))
    .addOption(
      new Option('--limit <n>', 'the most to list, 1 to 100000')
        .argParser((text) => wholeNumber(text, 1, 100_000))
        .default(20),
    )
    .addOption(jsonOption('a batch a line'))
    .action((flags: ListFlags & ApiFlags) =>
      run((invocation) => listBatches(clientOf(flags, invocation), flags, invocation)),
    );
}

import type { ErrorCode } from '@cropline/contracts';
import { Option, type Command } from 'commander';
import { apiCommand, clientOf, type ApiFlags } from '../command/api-command.js';
import type { Run } from '../command/invocation.js';
import { jsonOption } from '../command/options.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { printBatch } from './print-batch.js';
import { addErrorCode, retryBatch, type RetryFlags } from './retry-batch.js';

/** `cropline retry|cancel|delete`: what changes a batch. */
export function declareChangeCommands(program: Command, run: Run): void {
  apiCommand(
    program,
    'retry',
    'Run images of a finished batch again: those that failed, unless options say otherwise.',
    [
      'cropline retry BATCH --watch',
      'cropline retry BATCH --code IMAGE_FETCH_TIMEOUT --code IMAGE_FETCH_FAILED',
      'cropline retry BATCH --failed --cancelled',
    ],
  )
    .argument('<batch>', 'its id')
    .option('--failed', 'those that failed (default)')
    .option('--cancelled', 'those that were not run as the batch was stopped, instead or as well')
    .addOption(
      new Option(
        '--code <code>',
        'of the failed ones those with this code; may be repeated',
      ).argParser<readonly ErrorCode[]>(addErrorCode),
    )
    .option('--watch', 'follow the batch to its end')
    .addOption(jsonOption('the batch; with --watch at every change'))
    .action((id: string, flags: RetryFlags & ApiFlags) =>
      run((invocation) => retryBatch(clientOf(flags, invocation), id, flags, invocation)),
    );

  apiCommand(program, 'cancel', 'Ask for a batch to be stopped; what is done stays readable.', [
    'cropline cancel BATCH && cropline watch BATCH',
  ])
    .argument('<batch>', 'its id')
    .addOption(jsonOption('the batch'))
    .action((id: string, flags: ApiFlags) =>
      run(async (invocation) =>
        printBatch(await clientOf(flags, invocation).cancelBatch(id), flags, invocation),
      ),
    );

  apiCommand(
    program,
    'delete',
    'Delete a finished batch and all that it wrote: results, parts and manifest. It cannot be undone.',
    [
      'cropline delete BATCH',
      'cropline ls --status cancelled --json | jq -r .id | xargs -n1 cropline delete',
    ],
  )
    .argument('<batch>', 'its id')
    .action((id: string, flags: ApiFlags) =>
      run(async (invocation) => {
        await clientOf(flags, invocation).deleteBatch(id);
        await write(invocation.console.stderr, `Batch ${id} is deleted.\n`);
        return EXIT.ok;
      }),
    );
}

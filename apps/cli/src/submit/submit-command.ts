import { batchPrioritySchema } from '@cropline/contracts';
import { Option, type Command } from 'commander';
import { apiCommand, clientOf, type ApiFlags } from '../command/api-command.js';
import type { Run } from '../command/invocation.js';
import { cropsOption, jsonOption, topOption } from '../command/options.js';
import { LIST_FORMATS } from './find-source.js';
import { submitBatch, type SubmitFlags } from './submit-batch.js';
import {
  addMetadata,
  addValue,
  errorThreshold,
  idempotencyKey,
  lifetime,
  outputLocation,
} from './submit-options.js';

/** `cropline submit`: images become a batch, wherever they are. */
export function declareSubmit(program: Command, run: Run): void {
  const command = apiCommand(
    program,
    'submit',
    'Submit images as a batch; prints its id.',
    [
      'cropline submit ~/photos --watch',
      "cropline submit 'scans/**/*.tif' --crops googlenet144",
      "cropline submit s3://photos/2026/ --exclude 'thumbs/**' --priority low",
      'cropline submit s3://photos/lists/june.csv --expires 36h --keep 30d',
      'cropline submit urls.txt --error-threshold 5% --dry-run',
      'ID=$(zcat urls.gz | cropline submit - --meta team=search)',
    ],
    ['webhook'],
  );
  command.argument(
    '<inputs...>',
    [
      'one list, one place in S3, or any number of images here:',
      'a file of URLs or JSON lines {"id", "url"}, or a .csv (also .gz); - for stdin',
      's3://bucket/prefix/ for all images below it, s3://….jsonl, .csv or manifest.json for a list',
      'folders, patterns and files, which are uploaded if they are not there yet',
    ].join('\n'),
  );
  declareSource(command);
  declareSettings(command);
  command
    .option('--dry-run', 'submit and upload nothing, but check all and tell how long it would take')
    .option('--watch', 'follow the batch to its end')
    .addOption(jsonOption('the batch; with --watch at every change; with --dry-run the estimate'))
    .action((inputs: string[], flags: SubmitFlags & ApiFlags) =>
      run((invocation) => submitBatch(clientOf(flags, invocation), inputs, flags, invocation)),
    );
}

function declareSource(command: Command): void {
  command
    .addOption(
      new Option('--format <format>', 'how the list is written (default: by its name)').choices(
        LIST_FORMATS,
      ),
    )
    .addOption(
      new Option(
        '--include <glob>',
        'only these of a prefix or folder; may be repeated (default: the extensions of images)',
      ).argParser(addValue),
    )
    .addOption(new Option('--exclude <glob>', 'not these; may be repeated').argParser(addValue));
}

function declareSettings(command: Command): void {
  command
    .addOption(cropsOption())
    .addOption(topOption())
    .addOption(
      new Option(
        '--priority <priority>',
        'its share of the workers beside other batches (default: normal)',
      ).choices(batchPrioritySchema.options),
    )
    .addOption(
      new Option(
        '--expires <duration>',
        'run nothing more after this time, such as 36h or 7d; what is done is kept',
      ).argParser(lifetime),
    )
    .addOption(
      new Option(
        '--keep <duration>',
        'delete the batch and its results so long after its end (default: never)',
      ).argParser(lifetime),
    )
    .addOption(
      new Option(
        '--error-threshold <n>',
        'give up when so many images fail: a number, or a share such as 5%',
      ).argParser(errorThreshold),
    )
    .addOption(
      new Option(
        '--output <url>',
        "s3://bucket/prefix for the results (default: the service's)",
      ).argParser(outputLocation),
    )
    .addOption(
      new Option('--meta <key=value>', 'kept with the batch; may be repeated').argParser(
        addMetadata,
      ),
    )
    .option('--webhook <url>', 'call this at the end, signed with CROPLINE_WEBHOOK_SECRET')
    .addOption(
      new Option(
        '--idempotency-key <key>',
        'a name of your own: the same command again gives the same batch',
      ).argParser(idempotencyKey),
    );
}

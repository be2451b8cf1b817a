import { CroplineClient } from '@cropline/client';
import { batchStatusSchema, type Batch, type BatchStatus } from '@cropline/contracts';
import { Option, type Command } from 'commander';
import { helpText } from '../command/help-text.js';
import type { Invocation, Run } from '../command/invocation.js';
import { apiOption, cropsOption, jsonOption, topOption, wholeNumber } from '../command/options.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { paintFor } from '../output/paint.js';
import { listLine, statusText } from './batch-text.js';
import { fetchResults, type ResultsFlags } from './fetch-results.js';
import { listBatches } from './list-batches.js';
import { submitBatch, type SubmitFlags } from './submit-batch.js';
import { addMetadata, outputLocation } from './submit-options.js';
import { watchBatch } from './watch-batch.js';

interface ApiFlags {
  readonly api?: string;
  readonly json?: true;
}

interface ListFlags extends ApiFlags {
  readonly status?: BatchStatus;
  readonly limit: number;
}

/** `cropline submit|status|watch|results|cancel|ls`: batches, through the API. */
export function declareBatchCommands(program: Command, run: Run): void {
  const declare = (name: string, description: string, examples: readonly string[]): Command =>
    program
      .command(name)
      .description(description)
      .addOption(apiOption())
      .addHelpText('after', helpText(examples, ['api', 'colour']));

  declare('submit', 'Submit images as a batch; prints its id.', [
    'cropline submit urls.txt --crops ten --watch',
    'aws s3 ls s3://photos --recursive | awk \'{print "s3://photos/" $4}\' | cropline submit -',
    'ID=$(cropline submit urls.txt --meta team=search --output s3://labels/november)',
  ])
    .argument('<file>', 'up to 10,000 URLs, one a line, or JSON lines {"id", "url"}; - for stdin')
    .addOption(cropsOption())
    .addOption(topOption())
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
    .option('--watch', 'follow the batch to its end')
    .addOption(jsonOption('the batch; with --watch at every change'))
    .action((file: string, flags: SubmitFlags & ApiFlags) =>
      run((invocation) => submitBatch(clientOf(flags, invocation), file, flags, invocation)),
    );

  declare('status', 'Print where a batch stands.', [
    'cropline status BATCH',
    'cropline status BATCH --json | jq .counts',
  ])
    .argument('<batch>', 'its id')
    .addOption(jsonOption('the batch'))
    .action((id: string, flags: ApiFlags) =>
      run(async (invocation) => {
        const batch = await clientOf(flags, invocation).getBatch(id);
        return printBatch(batch, flags, invocation);
      }),
    );

  declare('watch', 'Follow a batch to its end; Ctrl-C ends the watching, not the batch.', [
    'cropline watch BATCH && cropline results BATCH',
  ])
    .argument('<batch>', 'its id')
    .addOption(jsonOption('the batch at every change'))
    .action((id: string, flags: ApiFlags) =>
      run((invocation) =>
        watchBatch(clientOf(flags, invocation), id, flags.json === true, invocation),
      ),
    );

  declare('results', 'Print the outcomes that a batch has by now, in the order submitted.', [
    'cropline results BATCH',
    'cropline results BATCH --status failed',
    'cropline results BATCH -o results.jsonl',
  ])
    .argument('<batch>', 'its id')
    .addOption(
      new Option('--status <status>', 'only these outcomes').choices([
        'succeeded',
        'failed',
        'cancelled',
      ]),
    )
    .addOption(jsonOption('an outcome a line, as in results.jsonl'))
    .option('-o, --out <file>', 'write JSON lines to a file, which appears when it is complete')
    .action((id: string, flags: ResultsFlags & ApiFlags) =>
      run((invocation) => fetchResults(clientOf(flags, invocation), id, flags, invocation)),
    );

  declare('cancel', 'Ask for a batch to be stopped; what is done stays readable.', [
    'cropline cancel BATCH && cropline watch BATCH',
  ])
    .argument('<batch>', 'its id')
    .addOption(jsonOption('the batch'))
    .action((id: string, flags: ApiFlags) =>
      run(async (invocation) => {
        const batch = await clientOf(flags, invocation).cancelBatch(id);
        return printBatch(batch, flags, invocation);
      }),
    );

  declare('ls', 'List batches, the newest first.', [
    'cropline ls',
    'cropline ls --status in_progress',
  ])
    .addOption(new Option('--status <status>', 'only these').choices(batchStatusSchema.options))
    .addOption(
      new Option('--limit <n>', 'the most to list, 1 to 100000')
        .argParser((text) => wholeNumber(text, 1, 100_000))
        .default(20),
    )
    .addOption(jsonOption('a batch a line'))
    .action((flags: ListFlags) =>
      run(async (invocation) => {
        const { stdout } = invocation.console;
        for await (const batch of listBatches(
          clientOf(flags, invocation),
          flags.status,
          flags.limit,
        )) {
          const line = flags.json === true ? JSON.stringify(batch) : listLine(batch);
          await write(stdout, `${line}\n`);
        }
        return EXIT.ok;
      }),
    );
}

function clientOf({ api }: ApiFlags, { config }: Invocation): CroplineClient {
  return new CroplineClient({ baseUrl: api ?? config.api });
}

async function printBatch(batch: Batch, flags: ApiFlags, { console }: Invocation): Promise<number> {
  const { stdout, unicode } = console;
  const paint = paintFor(stdout, console);
  const text =
    flags.json === true ? `${JSON.stringify(batch)}\n` : statusText(batch, { unicode, paint });
  await write(stdout, text);
  return EXIT.ok;
}

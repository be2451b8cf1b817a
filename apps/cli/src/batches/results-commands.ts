import { InvalidArgumentError, Option, type Command } from 'commander';
import { apiCommand, clientOf, type ApiFlags } from '../command/api-command.js';
import type { Run } from '../command/invocation.js';
import { jsonOption } from '../command/options.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { paintFor } from '../output/paint.js';
import { fetchResults, RESULT_FORMATS, type ResultsFlags } from './fetch-results.js';
import { batchSummaryText } from './summary-text.js';

/** `cropline results|summary`: what came of the images of a batch. */
export function declareResultsCommands(program: Command, run: Run): void {
  apiCommand(
    program,
    'results',
    'Print the outcomes that a batch has by now, in the order submitted, or write them to a file.',
    [
      'cropline results BATCH',
      'cropline results BATCH --status failed',
      'cropline results BATCH -o results.jsonl',
      'cropline results BATCH -o cats.csv --label "tabby cat" --min-score 0.5',
      'cropline results BATCH --format parquet -o labels.parquet',
    ],
  )
    .argument('<batch>', 'its id')
    .addOption(
      new Option('--status <status>', 'only these outcomes').choices([
        'succeeded',
        'failed',
        'cancelled',
      ]),
    )
    .option('--label <label>', 'only images whose best class has this name')
    .addOption(
      new Option(
        '--min-score <score>',
        'only images whose best score is at least this, 0 to 1',
      ).argParser(score),
    )
    .addOption(
      new Option(
        '--format <format>',
        'what is written (default: by the name of the file, else jsonl; text on stdout)',
      ).choices(RESULT_FORMATS),
    )
    .addOption(jsonOption('an outcome a line, as in results.jsonl; the same as --format jsonl'))
    .option('-o, --out <file>', 'write to a file, which appears when it is complete')
    .action((id: string, flags: ResultsFlags & ApiFlags) =>
      run((invocation) => fetchResults(clientOf(flags, invocation), id, flags, invocation)),
    );

  apiCommand(
    program,
    'summary',
    'Sum up the outcomes that a batch has by now: labels, scores, errors and times.',
    ['cropline summary BATCH', 'cropline summary BATCH --json | jq .errors'],
  )
    .argument('<batch>', 'its id')
    .addOption(jsonOption('the summary, with up to 100 labels'))
    .action((id: string, flags: ApiFlags) =>
      run(async (invocation) => {
        const { console } = invocation;
        const { stdout, unicode } = console;
        const summary = await clientOf(flags, invocation).summary(id);
        const text =
          flags.json === true
            ? `${JSON.stringify(summary)}\n`
            : batchSummaryText(summary, { unicode, paint: paintFor(stdout, console) });
        await write(stdout, text);
        return EXIT.ok;
      }),
    );
}

function score(text: string): number {
  const value = /^(0|1|0?\.\d+|[01]\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number from 0 to 1.');
}

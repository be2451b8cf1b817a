import type { Command } from 'commander';
import { ENGINE_VARIABLES, helpText } from '../command/help-text.js';
import type { Run } from '../command/invocation.js';
import { cropsOption, jsonOption } from '../command/options.js';
import type { EvalFlags } from './evaluate-model.js';

/** `cropline eval`: how good the model is at labelled images. Loaded only when it is asked for. */
export function declareEval(program: Command, run: Run): void {
  program
    .command('eval')
    .description('Measure how good the model is at images whose classes are known.')
    .requiredOption(
      '--data <source>',
      'a folder or s3:// prefix with a subfolder a class, a .csv with the columns image,label, or a .jsonl of {"url", "label"}',
    )
    .addOption(cropsOption())
    .option('--out <folder>', 'write evaluation.html and evaluation.json there')
    .addOption(jsonOption('the whole evaluation, as in evaluation.json'))
    .addHelpText(
      'after',
      helpText(
        [
          'cropline eval --data photos/',
          'cropline eval --data labels.csv --crops googlenet144 --out report',
          'CROPLINE_MODEL=flowers-model cropline eval --data s3://flowers/test/ --json | jq .top1',
        ],
        ENGINE_VARIABLES,
      ),
    )
    .action((flags: EvalFlags) =>
      run(async (invocation) => {
        const { evaluateModel } = await import('./evaluate-model.js');
        return evaluateModel(flags, invocation);
      }),
    );
}

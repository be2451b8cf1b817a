import type { Command } from 'commander';
import { ENGINE_VARIABLES, helpText } from '../command/help-text.js';
import type { Run } from '../command/invocation.js';
import { cropsOption, jsonOption, topOption } from '../command/options.js';
import type { ClassifyCommandFlags } from './classify-images.js';

/** `cropline classify`: the engine on this machine, with no server. Loaded only when it is asked for. */
export function declareClassify(program: Command, run: Run): void {
  program
    .command('classify')
    .description('Classify images here: the same engine, with no server and no queue.')
    .argument(
      '<inputs...>',
      'files, folders, patterns, URLs (s3://, https://, http://); - reads them from stdin',
    )
    .addOption(cropsOption())
    .addOption(topOption())
    .addOption(jsonOption('an outcome a line, as in results.jsonl'))
    .addHelpText(
      'after',
      helpText(
        [
          'cropline classify cat.jpg',
          'cropline classify ~/photos --crops ten --json > results.jsonl',
          "cropline classify 'photos/**/*.{jpg,png}' s3://bucket/dog.jpg",
          'find . -newer stamp -name "*.jpg" | cropline classify -',
        ],
        ENGINE_VARIABLES,
      ),
    )
    .action((inputs: string[], flags: ClassifyCommandFlags) =>
      run(async (invocation) => {
        const { classifyImages } = await import('./classify-images.js');
        return classifyImages(inputs, flags, invocation);
      }),
    );
}

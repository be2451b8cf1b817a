import type { Command } from 'commander';
import { helpText } from '../command/help-text.js';
import type { Run } from '../command/invocation.js';
import { jsonOption } from '../command/options.js';

interface ModelFlags {
  readonly json?: true;
}

/** `cropline model pull|list|info`: the models of this machine. Loaded only when they are asked for. */
export function declareModel(program: Command, run: Run): void {
  const model = program.command('model').description('Fetch, list and describe models.');
  const declare = (name: string, description: string, examples: readonly string[]): Command =>
    model
      .command(name)
      .description(description)
      .addHelpText('after', helpText(examples, ['model', 'mirror', 'cache', 'colour']));

  declare('pull', 'Fetch a model into the cache, so that nothing has to be fetched later.', [
    'cropline model pull',
    'CROPLINE_MODEL_MIRROR=/mnt/models cropline model pull googlenet-bvlc',
  ])
    .argument(
      '[name]',
      'a known name or a weights file (default: $CROPLINE_MODEL, or googlenet-bvlc)',
    )
    .addOption(jsonOption('the model and where its files lie'))
    .action((name: string | undefined, flags: ModelFlags) =>
      run(async (invocation) => {
        const { pullModel } = await import('./pull-model.js');
        return pullModel(name, flags.json === true, invocation);
      }),
    );

  declare('list', 'List the models known by name, and which of them are in the cache.', [
    'cropline model list',
  ])
    .addOption(jsonOption('a model a line'))
    .action((flags: ModelFlags) =>
      run(async (invocation) => {
        const { printModels } = await import('./print-models.js');
        return printModels(flags.json === true, invocation);
      }),
    );

  declare('info', 'Describe a model: its input, its files, its licence.', [
    'cropline model info',
    'cropline model info ./my-weights.safetensors --json',
  ])
    .argument(
      '[name]',
      'a known name or a weights file (default: $CROPLINE_MODEL, or googlenet-bvlc)',
    )
    .addOption(jsonOption('the description'))
    .action((name: string | undefined, flags: ModelFlags) =>
      run(async (invocation) => {
        const { printModel } = await import('./print-models.js');
        return printModel(name, flags.json === true, invocation);
      }),
    );
}

import type { Command } from 'commander';
import { helpText } from '../command/help-text.js';
import type { Run } from '../command/invocation.js';
import { jsonOption } from '../command/options.js';

interface ModelFlags {
  readonly json?: true;
}

/** `cropline model pull|quantize|list|info`: the models of this machine. Loaded only when they are asked for. */
export function declareModel(program: Command, run: Run): void {
  const model = program.command('model').description('Fetch, calibrate, list and describe models.');
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
      'a known name, a model folder or a weights file (default: $CROPLINE_MODEL, or googlenet-bvlc)',
    )
    .addOption(jsonOption('the model and where its files lie'))
    .action((name: string | undefined, flags: ModelFlags) =>
      run(async (invocation) => {
        const { pullModel } = await import('./pull-model.js');
        return pullModel(name, flags.json === true, invocation);
      }),
    );

  declare(
    'quantize',
    'Make a model ready for int8: several times as fast on the CPU, once it has seen images like yours.',
    [
      'cropline model quantize --calibrate ~/photos',
      'CROPLINE_PRECISION=int8 cropline classify ~/photos',
    ],
  )
    .argument(
      '[name]',
      'a known name, a model folder or a weights file (default: $CROPLINE_MODEL, or googlenet-bvlc)',
    )
    .requiredOption('--calibrate <folder>', 'images like those to be classified, 100 or more')
    .addOption(jsonOption('the files made, the images used, and how near it is to fp32'))
    .action((name: string | undefined, flags: ModelFlags & { readonly calibrate: string }) =>
      run(async (invocation) => {
        const { quantizeModel } = await import('./quantize-model.js');
        return quantizeModel(name, flags.calibrate, flags.json === true, invocation);
      }),
    );

  declare('list', 'List the models known by name, and which of them are here.', [
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
      'a known name, a model folder or a weights file (default: $CROPLINE_MODEL, or googlenet-bvlc)',
    )
    .addOption(jsonOption('the description'))
    .action((name: string | undefined, flags: ModelFlags) =>
      run(async (invocation) => {
        const { printModel } = await import('./print-models.js');
        return printModel(name, flags.json === true, invocation);
      }),
    );
}

import { CROPLINE_VERSION } from '@cropline/contracts';
import { Command } from 'commander';
import { declareAdmin } from './admin/admin-command.js';
import { declareChangeCommands } from './batches/change-commands.js';
import { declareFollowCommands } from './batches/follow-commands.js';
import { declareResultsCommands } from './batches/results-commands.js';
import { declareClassify } from './classify/classify-command.js';
import { declareDoctor } from './doctor/doctor-command.js';
import { helpText } from './command/help-text.js';
import type { Run } from './command/invocation.js';
import { declareEval } from './eval/eval-command.js';
import { declareModel } from './models/model-command.js';
import { declareSubmit } from './submit/submit-command.js';
import { declareTrain } from './train/train-command.js';

/** The command line of `cropline`: every command with its arguments, options and help. */
export function createProgram(run: Run): Command {
  const program = new Command('cropline')
    .description('Labels for all the images in your bucket, or in a folder.')
    .version(CROPLINE_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    // Settled before any command is declared, as commands take it over: nothing exits on its own.
    .exitOverride()
    .configureOutput({ outputError: () => undefined });

  declareClassify(program, run);
  declareEval(program, run);
  declareSubmit(program, run);
  declareFollowCommands(program, run);
  declareResultsCommands(program, run);
  declareChangeCommands(program, run);
  declareAdmin(program, run);
  declareModel(program, run);
  declareTrain(program, run);
  declareDoctor(program, run);

  program.addHelpText(
    'after',
    helpText(
      [
        'cropline classify ~/photos --crops ten',
        'cropline submit ~/photos --watch',
        'cropline results BATCH -o labels.csv',
        'cropline help submit',
      ],
      ['api', 'config', 'model', 'mirror', 'device', 'precision', 'colour'],
    ),
  );
  return program;
}

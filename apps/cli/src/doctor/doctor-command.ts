import type { Command } from 'commander';
import { helpText } from '../command/help-text.js';
import type { Run } from '../command/invocation.js';
import { jsonOption } from '../command/options.js';

/** `cropline doctor`: what a worker would run on here, and why. Loaded only when it is asked for. */
export function declareDoctor(program: Command, run: Run): void {
  program
    .command('doctor')
    .description('Tell what a worker would run on here, why, and what would be better.')
    .addOption(jsonOption('everything that was found'))
    .addHelpText(
      'after',
      helpText(
        ['cropline doctor', 'CROPLINE_BACKEND=tfjs cropline doctor --json | jq .worker'],
        ['backend', 'device', 'precision', 'model', 'mirror', 'cache', 'redis', 's3', 'colour'],
      ),
    )
    .action((flags: { readonly json?: true }) =>
      run(async (invocation) => {
        const { runDoctor } = await import('./run-doctor.js');
        return runDoctor(flags.json === true, invocation);
      }),
    );
}

import { CroplineError, describeCause } from '@cropline/contracts';
import { Interrupted, stopOnSignals } from '../stop-on-signals.js';
import { DEMO_HELP, readDemoOptions } from './demo-options.js';
import { runDemo } from './run-demo.js';

const EXIT = { ok: 0, failed: 1, usage: 2 } as const;
const USAGE_CODES: readonly string[] = ['USAGE_INVALID', 'INPUT_NOT_FOUND'];

// The demo runs on Node 20 too; what the AWS SDK says about that is no news for who tries it.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

async function main(): Promise<number> {
  try {
    const options = readDemoOptions(process.argv.slice(2));
    if (options.help) {
      process.stdout.write(DEMO_HELP);
      return EXIT.ok;
    }
    return (await runDemo(options, stopOnSignals())) ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (error instanceof Interrupted) return error.exitCode;
    const code = error instanceof CroplineError ? error.code : null;
    process.stderr.write(`demo: ${code === null ? '' : `${code}: `}${describeCause(error)}\n`);
    return code !== null && USAGE_CODES.includes(code) ? EXIT.usage : EXIT.failed;
  }
}

process.exit(await main());

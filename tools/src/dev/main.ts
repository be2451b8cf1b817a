import { CroplineError, describeCause } from '@cropline/contracts';
import { Interrupted, stopOnSignals } from '../stop-on-signals.js';
import { runDev } from './run-dev.js';

try {
  await runDev(stopOnSignals());
  process.exit(0);
} catch (error) {
  if (error instanceof Interrupted) process.exit(error.exitCode);
  const code = error instanceof CroplineError ? `${error.code}: ` : '';
  process.stderr.write(`dev: ${code}${describeCause(error)}\n`);
  process.exit(1);
}

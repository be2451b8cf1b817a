import { CroplineError, describeCause } from '@cropline/contracts';
import { Interrupted, stopOnSignals } from '../stop-on-signals.js';
import { DRAW_HELP, readDrawOptions } from './draw-options.js';
import { DrawProgress } from './draw-progress.js';
import { DRAWN_CLASSES } from './drawn-classes.js';
import { writePictures } from './write-pictures.js';

const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

async function main(): Promise<number> {
  try {
    const { out, count, seed, json, help } = readDrawOptions(process.argv.slice(2));
    const { stdout } = process;
    if (help) {
      stdout.write(DRAW_HELP);
      return EXIT.ok;
    }
    const progress = new DrawProgress(count * DRAWN_CLASSES.length, stdout, json);
    const signal = stopOnSignals();
    try {
      await writePictures({
        folder: out,
        count,
        seed,
        signal,
        onPicture: (written) => progress.update(written),
      });
    } finally {
      progress.finish();
    }
    const classes = DRAWN_CLASSES.map(({ name }) => name);
    stdout.write(
      json
        ? `${JSON.stringify({ folder: out, seed, count, classes })}\n`
        : `${count} pictures each of ${classes.join(', ')} in ${out} (seed ${seed})\n`,
    );
    return EXIT.ok;
  } catch (error) {
    if (error instanceof Interrupted) return error.exitCode;
    const code = error instanceof CroplineError ? error.code : null;
    process.stderr.write(`draw: ${code === null ? '' : `${code}: `}${describeCause(error)}\n`);
    return code === 'USAGE_INVALID' ? EXIT.usage : EXIT.failed;
  }
}

process.exit(await main());

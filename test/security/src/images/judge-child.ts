// Decodes the files that it is given as a worker does, and prints for each a line of JSON: what came of it, and how
// much memory the process had at most meanwhile. A process of its own, as a decoder that crashes takes it down.
import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { CroplineError } from '@cropline/contracts';
import { planCrops } from '@cropline/model';
import { decodeViews, readHeader } from '@cropline/pipeline';
import { MAX_PIXELS } from './hostile-image.js';

const SPEC = { inputSize: 224, resize: 'warp', resizeTo: 256 } as const;

/** Bytes that the process has had at most since the last call, where the system keeps that (Linux). */
function peakBytes(): number {
  try {
    const [, kilobytes = '0'] =
      /^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    writeFileSync('/proc/self/clear_refs', '5');
    return Number(kilobytes) * 1024;
  } catch {
    return process.memoryUsage().rss;
  }
}

async function outcomeOf(bytes: Buffer): Promise<string> {
  try {
    const header = await readHeader(bytes, MAX_PIXELS);
    await decodeViews(bytes, header, planCrops('ten', header, SPEC).views);
    return 'decoded';
  } catch (error) {
    return error instanceof CroplineError ? error.code : `broke down: ${String(error)}`;
  }
}

for (const path of process.argv.slice(2)) {
  const bytes = await readFile(path);
  peakBytes();
  const before = process.memoryUsage().rss;
  const started = performance.now();
  const outcome = await outcomeOf(bytes);
  const seconds = (performance.now() - started) / 1000;
  console.log(JSON.stringify({ path, outcome, growth: peakBytes() - before, seconds }));
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cropsText, describeCause } from '@cropline/contracts';
import { evaluationReport, shownId } from '@cropline/training';
import { usageError } from '../command/usage-error.js';
import { writeAtomically } from '../output/atomic-file.js';
import { formatDuration } from '../progress/format-amount.js';
import { evaluationRecord, type FinishedEvaluation } from './evaluation-record.js';

/** Makes the folder of a report, so that nothing is computed for one that cannot be written. @throws `USAGE_INVALID` */
export async function makeReportFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw usageError(
      `Expected a folder for --out but ${folder} cannot be made (${describeCause(error)}). Name another one.`,
    );
  }
}

/** Writes `evaluation.html` and `evaluation.json`, and says where they are. @throws `USAGE_INVALID` */
export async function writeEvaluation(
  folder: string,
  finished: FinishedEvaluation,
): Promise<readonly string[]> {
  const { evaluation, source, model, crops, cropsAnImage, seconds, labels } = finished;
  const html = evaluationReport({
    title: `${model.name} on ${shownId(source)}`,
    evaluation,
    labels,
    settings: {
      model: `${model.name} in ${model.precision}`,
      'weights digest': model.digest,
      data: shownId(source),
      crops: `${cropsText(crops)} (${Number(cropsAnImage.toFixed(1))} an image)`,
      time: formatDuration(seconds),
    },
  });
  const json = `${JSON.stringify(evaluationRecord(finished), null, 2)}\n`;
  const files = [
    [join(folder, 'evaluation.html'), html],
    [join(folder, 'evaluation.json'), json],
  ] as const;
  for (const [path, text] of files) await writeAtomically(path, (write) => write(text));
  return files.map(([path]) => path);
}

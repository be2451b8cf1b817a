import type { SurveyedRuntime } from '@cropline/model';
import type { Paint } from '../output/paint.js';
import type { Examination, ModelOutlook } from './examination.js';

/** How the lines of an examination look. */
export interface ExaminationLooks {
  readonly paint: Paint;
  /** Whether marks may be more than ASCII. */
  readonly unicode: boolean;
}

/** An examination as text for people: what a worker would get first, then what that comes from. */
export function examinationText(found: Examination, { paint, unicode }: ExaminationLooks): string {
  const good = paint('green', unicode ? '✓' : '+');
  const bad = paint('red', unicode ? '✗' : 'x');
  const other = paint('dim', unicode ? '·' : '-');
  const heading = (text: string): string => `\n${paint('bold', text)}`;
  const { worker, runtimes, model, cache, servers } = found;
  return [
    ...('fault' in worker
      ? [`${bad} A worker would not start here: ${worker.fault.code}: ${worker.fault.message}`]
      : [
          `${good} A worker here runs ${worker.runtime} on ${worker.device} in ${worker.precision}`,
          `  because ${worker.because}`,
        ]),
    heading('Runtimes'),
    ...runtimes.map((one) =>
      one.absence === null ? `${good} ${nameOf(one)}` : `${other} ${nameOf(one)}: ${one.absence}`,
    ),
    heading('Model'),
    `${'fault' in model ? bad : model.weights === 'intact' ? good : other} ${modelLine(model)}`,
    `${cache.writable ? good : other} cache ${cache.dir}${cache.writable ? '' : ' (cannot be written)'}`,
    ...(servers.length === 0 ? [] : [heading('Servers')]),
    ...servers.map(({ name, address, absence }) =>
      absence === null
        ? `${good} ${name} at ${address}`
        : `${bad} ${name} at ${address}: ${absence}`,
    ),
    '',
    paint('dim', `cropline ${found.version}, Node.js ${found.node}, ${found.cores} cores`),
  ].join('\n');
}

/** `tfjs: wasm on cpu` */
function nameOf({ backend, runtime, device }: SurveyedRuntime): string {
  return `${backend}: ${runtime} on ${device}`;
}

function modelLine(model: ModelOutlook): string {
  if ('fault' in model) return `${model.fault.code}: ${model.fault.message}`;
  const { name, weights, path, graphPath, sources } = model;
  if (weights === 'intact') {
    return `${name}: ${path}${graphPath === null ? ', its graph is made at the first start' : ''}`;
  }
  const state = weights === 'missing' ? 'not in the cache yet' : 'damaged in the cache';
  return `${name}: ${state}, fetched at the first start from ${sources.join(', else ')}`;
}

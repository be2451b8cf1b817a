import { describeModel, listModels, type ModelDescription } from '@cropline/model';
import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { paintFor } from '../output/paint.js';
import { formatBytes, formatCount } from '../progress/format-amount.js';
import { modelLocation } from './model-location.js';

/** Prints every model known by name. */
export async function printModels(json: boolean, { console, config }: Invocation): Promise<number> {
  const { stdout } = console;
  for (const model of await listModels(modelLocation(config))) {
    const where = model.builtIn ? 'built in' : 'in the cache';
    const size = model.bytes === null ? `not ${where}` : `${formatBytes(model.bytes)} ${where}`;
    const line = `${model.name}  ${size}${model.default ? '  (default)' : ''}`;
    await write(stdout, `${json ? JSON.stringify(model) : line}\n`);
  }
  return EXIT.ok;
}

/** Prints what there is to say of one model, whether it is in the cache or not. */
export async function printModel(
  name: string | undefined,
  json: boolean,
  { console, config }: Invocation,
): Promise<number> {
  const { stdout } = console;
  const model = await describeModel(modelLocation(config, name));
  if (json) {
    await write(stdout, `${JSON.stringify(model)}\n`);
    return EXIT.ok;
  }
  const { input, weights, calibration } = model;
  const resized =
    model.resize === 'warp'
      ? `warped to ${model.resizeTo} × ${model.resizeTo}`
      : `shorter side to ${model.resizeTo}`;
  const size = weights.bytes === null ? weights.state : formatBytes(weights.bytes);
  const facts: readonly (readonly [string, string | null])[] = [
    ['Name', model.name],
    ['Network', networkText(model)],
    ['Parameters', model.parameters === null ? null : formatCount(model.parameters)],
    ['Classes', formatCount(model.classes)],
    [
      'Input',
      `${model.inputSize} × ${model.inputSize} of an image ${resized}; ${inputText(input)}`,
    ],
    ['Weights', `${weights.path} (${size})`],
    ['Digest', model.digest],
    ['Graph', model.graphPath ?? 'not made yet'],
    [
      'int8',
      calibration === null
        ? model.variant === 'bvlc'
          ? 'not calibrated'
          : null
        : `calibrated on ${formatCount(calibration.images.count)} images, ${calibration.createdAt.slice(0, 10)} (${calibration.path})`,
    ],
    ['Sources', model.sources.length === 0 ? null : model.sources.join(', ')],
    ['Licence', model.license],
  ];
  const paint = paintFor(stdout, console);
  for (const [fact, value] of facts) {
    if (value !== null) await write(stdout, `${paint('dim', fact.padEnd(10))} ${value}\n`);
  }
  return EXIT.ok;
}

function networkText({ variant, width }: ModelDescription): string {
  if (variant === null) return 'an ONNX model of one’s own';
  const share = width === 1 ? '' : `, ${width ?? ''} times as wide`;
  return `GoogLeNet, ${variant}${share}`;
}

function inputText({ channels, mean, scale }: ModelDescription['input']): string {
  const times = scale.every((factor) => factor === 1)
    ? ''
    : `, times ${scale.map((factor) => Number(factor.toPrecision(4))).join(', ')}`;
  return `${channels.join(', ')} minus ${mean.join(', ')}${times}`;
}

import {
  classifyOptionsSchema,
  CROPS_TEXT_HELP,
  cropsFaults,
  cropsTextSchema,
  type ClassifyOptions,
} from '@cropline/contracts';
import { InvalidArgumentError, Option } from 'commander';

const DEFAULTS = classifyOptionsSchema.parse({});
const MOST_PREDICTIONS = 100;

/** The values of `cropsOption` and `topOption`. */
export interface ClassifyFlags {
  readonly crops: ClassifyOptions['crops'];
  readonly top: number;
}

/** `--crops CROPS`: how the crops of an image are chosen. */
export function cropsOption(): Option {
  return new Option('--crops <crops>', `views of an image to average over: ${CROPS_TEXT_HELP}`)
    .argParser((text) => {
      const crops = cropsTextSchema.safeParse(text);
      if (crops.success) return crops.data;
      throw new InvalidArgumentError(`${cropsFaults(crops.error)}.`);
    })
    .default(DEFAULTS.crops);
}

/** `--top K`: how many predictions an image keeps. */
export function topOption(): Option {
  return new Option('--top <k>', `predictions an image keeps, 1 to ${MOST_PREDICTIONS}`)
    .argParser((text) => wholeNumber(text, 1, MOST_PREDICTIONS))
    .default(DEFAULTS.topK);
}

/** `--json`: lines for programs instead of for people. */
export function jsonOption(what: string): Option {
  return new Option('--json', `print JSON: ${what}`);
}

/** `--api URL`: where the API is; default CROPLINE_API. */
export function apiOption(): Option {
  return new Option('--api <url>', 'the API (default: $CROPLINE_API, or http://127.0.0.1:3000)');
}

/** A whole number of an option. @throws InvalidArgumentError */
export function wholeNumber(text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
}

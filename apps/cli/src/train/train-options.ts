import { InvalidArgumentError } from 'commander';

/** The options of `cropline train` as they were given. */
export interface TrainFlags {
  readonly data: string;
  /** null: all there are. */
  readonly classes: readonly string[] | null;
  /** `scratch`, or a model; undefined: what CROPLINE_MODEL names, else the default. */
  readonly from?: string;
  readonly inputSize?: number;
  readonly width?: number;
  readonly epochs?: number;
  readonly batch?: number;
  readonly lr?: number;
  readonly optimizer: 'sgd' | 'adam';
  readonly lrDecay: 'step' | 'cosine';
  readonly freeze: readonly string[];
  readonly validation: number | string;
  readonly batchNorm: boolean;
  readonly aux?: boolean;
  readonly patience?: number;
  readonly seed: number;
  readonly threads: number;
  readonly out: string;
  readonly resume?: true;
  readonly precision: 'fp32' | 'fp16';
  readonly json?: true;
}

/** The value of `--classes`. @throws InvalidArgumentError */
export function classNames(text: string): readonly string[] | null {
  if (text === 'auto') return null;
  const names = text.split(',').map((name) => name.trim());
  if (
    names.length > 1 &&
    names.every((name) => name !== '') &&
    new Set(names).size === names.length
  )
    return names;
  throw new InvalidArgumentError('Expected auto, or two different names or more such as cat,dog.');
}

/** The value of `--width`. @throws InvalidArgumentError */
export const width = (text: string): number => positive(text, 2);

/** The value of `--lr`. @throws InvalidArgumentError */
export const learningRate = (text: string): number => positive(text, 10);

function positive(text: string, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value > 0 && value <= most) return value;
  throw new InvalidArgumentError(`Expected a number above 0, up to ${most}.`);
}

/** The value of `--validation`: a share of every class, or another dataset. @throws InvalidArgumentError */
export function validation(text: string): number | string {
  const share = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(share)) return text;
  if (share > 0 && share < 1) return share;
  throw new InvalidArgumentError(
    'Expected a share above 0 and below 1, such as 0.2, or a folder, prefix or list.',
  );
}

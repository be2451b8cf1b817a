import { CroplineError, describeCause } from '@cropline/contracts';
import { z } from 'zod';
import { INPUT_SIZES, isInputSize } from '../architecture/googlenet.js';
import { VARIANTS } from '../architecture/variant.js';

/** The file in a model's folder that says what the model is. */
export const MODEL_FILE = 'model.json';

/** How many faults a message names before it only counts them. */
const LISTED = 5;

const SMALLEST_INPUT = 8;
const LARGEST_INPUT = 1024;
const LARGEST_RESIZE = 4096;

const finite = z.number();

const networkSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('googlenet'),
    variant: z.enum(VARIANTS),
    width: z.number().positive().max(4),
  }),
  z.strictObject({
    kind: z.literal('onnx'),
    layout: z.enum(['NCHW', 'NHWC']),
    output: z.enum(['logits', 'scores']),
  }),
]);

const inputSchema = z.strictObject({
  size: z.int().min(SMALLEST_INPUT).max(LARGEST_INPUT),
  channels: z.enum(['RGB', 'BGR']),
  mean: z.tuple([finite, finite, finite]).readonly(),
  scale: z
    .tuple([finite, finite, finite])
    .readonly()
    .refine((scale) => !scale.includes(0), 'expected numbers that are not 0'),
});

const modelFileSchema = z
  .strictObject({
    format: z.literal('cropline-model'),
    version: z.literal(1),
    name: z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9._-]{0,63}$/i,
        'expected up to 64 letters, digits, dots, hyphens and underscores, a letter or digit first',
      ),
    file: z
      .string()
      .regex(/^(?!\.{1,2}$)[^/\\\0]{1,255}$/, 'expected the name of a file in the same folder'),
    network: networkSchema,
    input: inputSchema,
    resize: z.strictObject({
      rule: z.enum(['warp', 'shorter-side']),
      to: z.int().positive().max(LARGEST_RESIZE),
    }),
    labels: z.array(z.string().min(1).max(500)).min(1).max(100_000).readonly(),
    license: z.string().max(10_000).optional(),
    training: z.record(z.string(), z.unknown()).optional(),
  })
  .check(({ value: { network, input, resize }, issues }) => {
    const fault = (path: string[], message: string): void => {
      issues.push({ code: 'custom', input: undefined, path, message });
    };
    if (network.kind === 'googlenet' && !isInputSize(input.size)) {
      fault(
        ['input', 'size'],
        `expected ${INPUT_SIZES}, which GoogLeNet takes, but received ${input.size}`,
      );
    }
    if (resize.to < input.size) {
      fault(
        ['resize', 'to'],
        `expected at least input.size (${input.size}), which crops are cut to, but received ${resize.to}`,
      );
    }
  });

/**
 * What a `model.json` says of the model beside it: which network, how it wants its images, what its classes
 * are called. docs/models.md explains every field.
 */
export type ModelFile = Readonly<z.output<typeof modelFileSchema>>;

/**
 * Reads the text of a `model.json`.
 *
 * @param path names the file in messages
 * @throws CroplineError `MODEL_SPEC_INVALID` that names every field that is wrong, up to five
 */
export function parseModelFile(text: string, path: string): ModelFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(path, `it is not JSON (${describeCause(cause)})`, cause);
  }
  return checkModelFile(value, path);
}

/** Holds a value against the format. @throws as `parseModelFile` does */
export function checkModelFile(value: unknown, path: string): ModelFile {
  const { data, error } = modelFileSchema.safeParse(value);
  if (data !== undefined) return data;
  const faults = error.issues.map(
    ({ path: at, message }) => `${at.length === 0 ? '' : `${pathText(at)}: `}${message}`,
  );
  const { length } = faults;
  const more = length > LISTED ? [`and ${length - LISTED} more`] : [];
  throw invalid(path, [...faults.slice(0, LISTED), ...more].join('; '));
}

/** A path into a value as one would write it: `input.mean[1]`. */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

/** A fault of a `model.json`, as a fragment of a sentence. */
export function invalid(path: string, fault: string, cause?: unknown): CroplineError {
  return new CroplineError(
    'MODEL_SPEC_INVALID',
    `Expected ${path} to describe a model but ${fault}: docs/models.md has an example`,
    { cause },
  );
}

import {
  batchStatusSchema,
  classificationWaitSchema,
  classifyOptionsSchema,
  CROPS_TEXT_HELP,
  cropsTextSchema,
  itemResultSchema,
} from '@cropline/contracts';
import { z } from 'zod';

/** A whole number as a query carries it; other text goes to the schema as it is, which then says so. */
const numeric = <T extends z.ZodType>(schema: T): z.ZodPreprocess<T> =>
  z.preprocess(
    (text) => (typeof text === 'string' && /^\d{1,15}$/u.test(text) ? Number(text) : text),
    schema,
  );

const wholeNumber = (least: number, most: number): z.ZodNumber => z.int().min(least).max(most);

const cursorSchema = z
  .string()
  .min(1)
  .max(1024)
  .optional()
  .describe('`nextCursor` of the page before, as it came.');

/** The query of endpoints that take none: a misspelt parameter is an error, not ignored. */
export const noQuerySchema = z.strictObject({});

/** The query of GET /v1/batches. */
export const batchListQuerySchema = z.strictObject({
  status: batchStatusSchema.optional().describe('Only batches in this status.'),
  cursor: cursorSchema,
  limit: numeric(wholeNumber(1, 100).default(20)).describe('The most batches of a page.'),
});
export type BatchListQuery = z.infer<typeof batchListQuerySchema>;

const outcomeSchema = z
  .enum(itemResultSchema.options.map((option) => option.shape.status.value))
  .optional()
  .describe('Only items with this outcome.');

/** A number as a query carries it, with or without a fraction. */
const decimal = <T extends z.ZodType>(schema: T): z.ZodPreprocess<T> =>
  z.preprocess(
    (text) =>
      typeof text === 'string' && /^\d{1,15}(\.\d{1,20})?$/u.test(text) ? Number(text) : text,
    schema,
  );

const resultsFilter = {
  status: outcomeSchema,
  label: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe(
      'Only images whose best prediction has this label, in any case: the whole, or one of the names it lists, as `tabby` of `tabby, tabby cat`.',
    ),
  minScore: decimal(z.number().min(0).max(1).optional()).describe(
    'Only images whose best prediction has at least this score.',
  ),
};

const pageLimit = numeric(wholeNumber(1, 1000).default(100)).describe(
  'The most results of a page; files have none.',
);
const formatSchema = z.enum(['jsonl', 'csv', 'parquet']);

/** The query of GET /v1/batches/{id}/results, for pages. */
export const resultsQuerySchema = z.strictObject({
  ...resultsFilter,
  cursor: cursorSchema,
  limit: pageLimit,
});

/** The query of GET /v1/batches/{id}/results, for files. */
export const resultFileQuerySchema = z
  .strictObject({ format: formatSchema, ...resultsFilter, cursor: cursorSchema })
  .refine(({ format, cursor }) => format === 'jsonl' || cursor === undefined, {
    path: ['cursor'],
    message: 'Expected no cursor with CSV or Parquet, which are always the whole',
  });

/** The query of GET /v1/batches/{id}/results, as the document describes it. */
export const anyResultsQuerySchema = z.strictObject({
  format: formatSchema
    .optional()
    .describe('A file instead of a page; it goes before what `Accept` says.'),
  ...resultsFilter,
  cursor: cursorSchema,
  limit: pageLimit,
});

const { topK } = classifyOptionsSchema.shape;

/** The query of POST /v1/classifications with an image as its body. */
export const uploadQuerySchema = z.strictObject({
  crops: cropsTextSchema.default('ten').describe(`How crops are chosen: ${CROPS_TEXT_HELP}.`),
  topK: numeric(topK).describe('How many predictions the result keeps.'),
  waitMs: numeric(classificationWaitSchema).describe(
    'How long to wait for the result before 202 is sent, in milliseconds.',
  ),
});

/** The query of POST /v1/batches with a list of items as its body. */
export const listQuerySchema = z.strictObject({
  settings: z
    .string()
    .optional()
    .describe(
      'With a list as the body: the rest of the request as JSON, e.g. `{"options":{"crops":"ten"},"metadata":{"team":"pets"}}`.',
    ),
  crops: cropsTextSchema
    .optional()
    .describe('With a list as the body: short for `options.crops`, which it replaces.'),
  topK: numeric(wholeNumber(1, 100).optional()).describe(
    'With a list as the body: short for `options.topK`, which it replaces.',
  ),
});

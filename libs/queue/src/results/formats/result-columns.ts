import type { FailedItem, ItemResult, Prediction, SucceededItem } from '@cropline/contracts';

/** What a column holds, in the words of Parquet; a list holds one value for each prediction. */
export type ColumnType = 'STRING' | 'BOOLEAN' | 'INT32' | 'INT64' | 'DOUBLE';

/** A value of a column; null where an outcome has none. */
export type ColumnValue = string | number | boolean | readonly string[] | readonly number[] | null;

/** A column of the table that results are in CSV and Parquet. */
export interface ResultColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly list?: true;
  readonly value: (result: ItemResult) => ColumnValue;
}

const ofSucceeded =
  <T extends ColumnValue>(value: (result: SucceededItem) => T) =>
  (result: ItemResult): T | null =>
    result.status === 'succeeded' ? value(result) : null;
const ofFailed =
  <T extends ColumnValue>(value: (result: FailedItem) => T) =>
  (result: ItemResult): T | null =>
    result.status === 'failed' ? value(result) : null;
const ofBest = <T extends ColumnValue>(value: (best: Prediction) => T) =>
  ofSucceeded(({ predictions: [best] }) => (best === undefined ? null : value(best)));

/** One row an item, whatever came of it. Names and order are part of the API: new ones go to the end. */
export const RESULT_COLUMNS: readonly ResultColumn[] = [
  { name: 'id', type: 'STRING', value: ({ id }) => id },
  { name: 'url', type: 'STRING', value: ({ url }) => url },
  { name: 'status', type: 'STRING', value: ({ status }) => status },
  { name: 'label', type: 'STRING', value: ofBest(({ label }) => label) },
  { name: 'class_index', type: 'INT32', value: ofBest(({ classIndex }) => classIndex) },
  { name: 'score', type: 'DOUBLE', value: ofBest(({ score }) => score) },
  {
    name: 'labels',
    type: 'STRING',
    list: true,
    value: ofSucceeded(({ predictions }) => predictions.map(({ label }) => label)),
  },
  {
    name: 'class_indexes',
    type: 'INT32',
    list: true,
    value: ofSucceeded(({ predictions }) => predictions.map(({ classIndex }) => classIndex)),
  },
  {
    name: 'scores',
    type: 'DOUBLE',
    list: true,
    value: ofSucceeded(({ predictions }) => predictions.map(({ score }) => score)),
  },
  { name: 'crop_policy', type: 'STRING', value: ofSucceeded(({ crops }) => crops.policy) },
  { name: 'crops', type: 'INT32', value: ofSucceeded(({ crops }) => crops.count) },
  { name: 'model', type: 'STRING', value: ofSucceeded(({ model }) => model.name) },
  { name: 'model_digest', type: 'STRING', value: ofSucceeded(({ model }) => model.digest) },
  { name: 'precision', type: 'STRING', value: ofSucceeded(({ model }) => model.precision) },
  {
    name: 'calibration',
    type: 'STRING',
    value: ofSucceeded(({ model }) => model.calibration ?? null),
  },
  { name: 'width', type: 'INT32', value: ofSucceeded(({ image }) => image.width) },
  { name: 'height', type: 'INT32', value: ofSucceeded(({ image }) => image.height) },
  { name: 'bytes', type: 'INT64', value: ofSucceeded(({ image }) => image.bytes) },
  { name: 'format', type: 'STRING', value: ofSucceeded(({ image }) => image.format) },
  { name: 'image_digest', type: 'STRING', value: ofSucceeded(({ image }) => image.digest) },
  { name: 'error_code', type: 'STRING', value: ofFailed(({ error }) => error.code) },
  { name: 'error_message', type: 'STRING', value: ofFailed(({ error }) => error.message) },
  { name: 'retryable', type: 'BOOLEAN', value: ofFailed(({ error }) => error.retryable) },
  { name: 'attempts', type: 'INT32', value: ofFailed(({ error }) => error.attempts) },
  {
    name: 'reason',
    type: 'STRING',
    value: (result) => (result.status === 'cancelled' ? result.reason : null),
  },
  {
    name: 'earlier',
    type: 'STRING',
    value: ({ earlier }) => (earlier === undefined ? null : JSON.stringify(earlier)),
  },
  { name: 'fetch_ms', type: 'DOUBLE', value: ofSucceeded(({ timingsMs }) => timingsMs.fetch) },
  { name: 'decode_ms', type: 'DOUBLE', value: ofSucceeded(({ timingsMs }) => timingsMs.decode) },
  { name: 'queue_ms', type: 'DOUBLE', value: ofSucceeded(({ timingsMs }) => timingsMs.queue) },
  { name: 'infer_ms', type: 'DOUBLE', value: ofSucceeded(({ timingsMs }) => timingsMs.infer) },
  { name: 'total_ms', type: 'DOUBLE', value: ofSucceeded(({ timingsMs }) => timingsMs.total) },
  { name: 'version', type: 'STRING', value: ofSucceeded(({ version }) => version) },
];

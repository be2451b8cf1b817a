import type { ItemResult } from '@cropline/contracts';
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { RESULT_COLUMNS, type ColumnValue, type ResultColumn } from './result-columns.js';

/** The most rows of a row group: what is read of a file at once, and held in memory here. */
const GROUP_ROWS = 10_000;
/** The most values of a row group: rows with a hundred predictions are long ones. */
const GROUP_VALUES = 500_000;

/**
 * Results as a Parquet file (Snappy), a row an item, with the types of `RESULT_COLUMNS`; lists are lists of
 * Parquet. A row group is held in memory, and of each that was sent a few kilobytes for the footer.
 */
export async function* parquetResults(
  bunches: AsyncIterable<readonly ItemResult[]>,
  createdBy: string,
): AsyncGenerator<Buffer, void, undefined> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: SCHEMA, createdBy });
  const group = new RowGroup();
  for await (const results of bunches) {
    for (const result of results) {
      group.add(result);
      if (!group.full) continue;
      await writer.write(group.take());
      yield taken(bytes);
    }
  }
  if (group.rows > 0) await writer.write(group.take());
  await writer.finish();
  yield taken(bytes);
}

/** The bytes written since it was last asked; what is written next takes their place. */
function taken(writer: ByteWriter): Buffer {
  const bytes = Buffer.from(writer.getBuffer());
  writer.index = 0;
  return bytes;
}

/** The rows of a group, by columns. */
class RowGroup {
  rows = 0;
  #values = 0;
  #columns = emptyColumns();

  get full(): boolean {
    return this.rows >= GROUP_ROWS || this.#values >= GROUP_VALUES;
  }

  add(result: ItemResult): void {
    for (const { column, data } of this.#columns) {
      const value = column.value(result);
      data.push(column.type === 'INT64' && typeof value === 'number' ? BigInt(value) : value);
      this.#values += Array.isArray(value) ? value.length : 1;
    }
    this.rows += 1;
  }

  take(): Parameters<ParquetWriter['write']>[0] {
    const columnData = this.#columns.map(({ column: { name }, data }) => ({
      name,
      data,
      // Its index of pages would be kept until the end of the file.
      offsetIndex: false,
    }));
    const rowGroupSize = this.rows;
    this.#columns = emptyColumns();
    this.rows = 0;
    this.#values = 0;
    return { columnData, rowGroupSize };
  }
}

function emptyColumns(): { column: ResultColumn; data: (ColumnValue | bigint)[] }[] {
  return RESULT_COLUMNS.map((column) => ({ column, data: [] }));
}

const SCHEMA: SchemaElement[] = [
  { name: 'results', num_children: RESULT_COLUMNS.length },
  ...RESULT_COLUMNS.flatMap(({ name, type, list }) =>
    list === undefined ? [element(name, type, 'OPTIONAL')] : listOf(name, type),
  ),
];

/** The three levels in which Parquet writes a list (LogicalTypes.md, "Lists"). */
function listOf(name: string, type: ResultColumn['type']): SchemaElement[] {
  return [
    { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    element('element', type, 'REQUIRED'),
  ];
}

function element(
  name: string,
  type: ResultColumn['type'],
  repetition: 'OPTIONAL' | 'REQUIRED',
): SchemaElement {
  return type === 'STRING'
    ? { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: repetition }
    : { name, type, repetition_type: repetition };
}

import { createReadStream } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { describeCause } from '@cropline/contracts';
import { joinS3Url, type ObjectStore } from '@cropline/storage';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { datasetInvalid } from './dataset-error.js';
import type { LabelledImage } from './labelled-image.js';

const label = z.union([z.string().trim().min(1), z.int().nonnegative().transform(String)]);
const jsonLine = z.object({ url: z.string().trim().min(1), label });
const csvRow = z.object({ image: z.string().trim().min(1), label: z.string().trim().min(1) });

/** A row of a manifest, and where it stands. */
interface Row {
  readonly image: string;
  readonly label: string;
}

/** Whether a path or URL is that of a manifest. */
export function isManifest(source: string): boolean {
  return /\.(csv|jsonl)$/i.test(source);
}

/**
 * The images that a manifest lists: a CSV with the columns `image` and `label`, or JSON lines
 * `{"url": …, "label": …}`. What is no URL is a path from where the manifest lies.
 *
 * @throws `DATASET_INVALID` with the line that is none; `STORAGE_*`
 */
export async function* readManifest(
  source: string,
  store: ObjectStore,
): AsyncGenerator<LabelledImage, void, undefined> {
  const text = /^s3:/i.test(source) ? await store.getStream(source) : createReadStream(source);
  try {
    const rows = /\.csv$/i.test(source) ? csvRows(text, source) : jsonRows(text, source);
    for await (const { image, label: name } of rows) {
      yield { id: image, label: name, url: urlOf(image, source) };
    }
  } finally {
    text.destroy();
  }
}

async function* csvRows(text: Readable, source: string): AsyncGenerator<Row, void, undefined> {
  const parser = parse({
    bom: true,
    columns: (header: string[]) => header.map((name) => name.trim().toLowerCase()),
    skip_empty_lines: true,
    info: true,
  });
  text.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  try {
    for await (const item of parser as AsyncIterable<{
      record: unknown;
      info: { lines: number };
    }>) {
      const row = csvRow.safeParse(item.record);
      if (!row.success) {
        throw datasetInvalid(
          `Expected the columns image and label, both filled, but line ${item.info.lines} of ${source} has not. Mend the line, or begin the file with the header image,label.`,
        );
      }
      yield row.data;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw readable(error, source);
    throw datasetInvalid(`Expected ${source} to be a CSV but ${error.message}.`, error);
  }
}

async function* jsonRows(text: Readable, source: string): AsyncGenerator<Row, void, undefined> {
  let line = 0;
  try {
    for await (const one of createInterface({ input: text, crlfDelay: Infinity })) {
      line += 1;
      if (one.trim() === '') continue;
      const row = jsonLine.safeParse(parsed(one));
      if (!row.success) {
        throw datasetInvalid(
          `Expected {"url": …, "label": …} but line ${line} of ${source} is something else. Mend the line.`,
        );
      }
      yield { image: row.data.url, label: row.data.label };
    }
  } catch (error) {
    throw readable(error, source);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An error of the file system in words of ours; others as they are. */
function readable(error: unknown, source: string): unknown {
  const system = typeof error === 'object' && error !== null && 'syscall' in error;
  if (!system) return error;
  return datasetInvalid(
    `Expected a manifest but ${source} cannot be read (${describeCause(error)}).`,
    error,
  );
}

function urlOf(image: string, source: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(image)) return image;
  if (/^s3:/i.test(source)) return joinS3Url(source.slice(0, source.lastIndexOf('/')), image);
  return pathToFileURL(isAbsolute(image) ? image : resolve(dirname(source), image)).href;
}

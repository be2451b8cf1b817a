import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createObjectStore } from '@cropline/storage';
import type { Stack } from '@cropline/tools';

/** Puts files of a folder into the S3 server of a stack, and returns their URLs in the order of the names. */
export async function uploadImages(
  { s3 }: Pick<Stack, 's3'>,
  folder: string,
  names: readonly string[],
): Promise<string[]> {
  const { endpoint, region, credentials } = s3;
  const store = createObjectStore({ endpoint, region, credentials });
  await s3.createBucket('bench');
  const urls: string[] = [];
  for (const name of names) {
    const url = `s3://bench/${name}`;
    await store.put(url, await readFile(join(folder, name)));
    urls.push(url);
  }
  store.close();
  return urls;
}

/** `count` URLs: those given, over and over. */
export function repeated(urls: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, index) => urls[index % urls.length] ?? '');
}

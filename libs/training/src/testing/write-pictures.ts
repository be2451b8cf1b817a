import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** A picture of a spec: its left half of one colour, its right half of another. */
export interface HalvedPicture {
  readonly width: number;
  readonly height: number;
  readonly left: string;
  readonly right: string;
}

/** The bytes of such a picture as a PNG. */
export function halvedPicture({ width, height, left, right }: HalvedPicture): Promise<Buffer> {
  const half = { width: Math.ceil(width / 2), height, channels: 3, background: left } as const;
  return sharp({ create: { width, height, channels: 3, background: right } })
    .composite([{ input: { create: half }, left: 0, top: 0 }])
    .png()
    .toBuffer();
}

/** Writes files by their paths below a folder. */
export async function writeTree(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

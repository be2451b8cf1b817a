import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../../..');

/** A fenced block of a page, such as one of `sh`. */
export interface DocumentBlock {
  /** The heading it stands under. */
  readonly section: string;
  /** The line its content begins at, from 1. */
  readonly line: number;
  readonly text: string;
}

/** The fenced blocks of one language in a page of the repository, as they stand. */
export async function documentBlocks(page: string, language: string): Promise<DocumentBlock[]> {
  const lines = (await readFile(join(ROOT, page), 'utf8')).split('\n');
  const blocks: DocumentBlock[] = [];
  let section = '';
  let open: { language: string; line: number; text: string[] } | null = null;
  lines.forEach((line, index) => {
    const fence = /^```(\w*)$/u.exec(line);
    if (open === null) {
      section = /^#+ (.*)$/u.exec(line)?.[1] ?? section;
      if (fence !== null) open = { language: fence[1] ?? '', line: index + 2, text: [] };
    } else if (fence === null) open.text.push(line);
    else {
      if (open.language === language) {
        blocks.push({ section, line: open.line, text: open.text.join('\n') });
      }
      open = null;
    }
  });
  return blocks;
}

import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Which files of a folder are wanted. */
export interface WalkOptions {
  /** Whether a file is wanted, by its path below the folder (with `/`). */
  readonly wanted: (relativePath: string) => boolean;
  /** Whether files and folders whose name begins with a dot are looked at. */
  readonly hidden: boolean;
  /** How many levels of folders are entered; 1 is the folder itself. */
  readonly maxDepth: number;
}

/** What a walk meets: a file that is wanted, or a folder that cannot be read. */
export type WalkEntry =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly error: unknown };

/**
 * Walks a folder and those below it, in the order of their names. Links to files are followed and links to
 * folders are not, so a walk ends. What is held in memory are the names of one folder a level, never the
 * whole tree.
 */
export async function* walkFolder(
  folder: string,
  options: WalkOptions,
  below = '',
  depth = 1,
): AsyncGenerator<WalkEntry> {
  let names: string[];
  try {
    names = await readNames(join(folder, below), options.hidden);
  } catch (error) {
    yield { kind: 'unreadable', path: join(folder, below), error };
    return;
  }
  for (const name of names) {
    if (name.endsWith('/')) {
      if (depth < options.maxDepth) yield* walkFolder(folder, options, below + name, depth + 1);
    } else if (options.wanted(below + name)) {
      yield { kind: 'file', path: join(folder, below, name) };
    }
  }
}

/** The names in a folder, sorted; those of folders end in a slash, which no name holds. */
async function readNames(folder: string, hidden: boolean): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
    const { name } = entry;
    if (!hidden && name.startsWith('.')) continue;
    if (entry.isDirectory()) names.push(`${name}/`);
    else if (entry.isFile()) names.push(name);
    else if (entry.isSymbolicLink() && !(await leadsToFolder(join(folder, name)))) names.push(name);
  }
  return names.sort();
}

/** A link that leads nowhere is taken for a file: it then fails as one, instead of going unnoticed. */
async function leadsToFolder(link: string): Promise<boolean> {
  return stat(link).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}

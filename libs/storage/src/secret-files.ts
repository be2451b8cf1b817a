import { readFileSync } from 'node:fs';
import { CroplineError, describeCause, type Environment } from '@cropline/contracts';

/**
 * An environment in which each setting of `names` may be in a file, as orchestrators mount secrets: `NAME_FILE`
 * names it, and stands for `NAME`. Blanks around its content do not count.
 *
 * @throws `CONFIG_INVALID` with a line for each file that cannot be read or is empty, or whose setting is set too;
 *   never with a value.
 */
export function withSecretFiles(environment: Environment, names: readonly string[]): Environment {
  const read: Record<string, string> = {};
  const faults: string[] = [];
  for (const name of names) {
    const path = environment[`${name}_FILE`];
    if (path === undefined || path === '') continue;
    const set = environment[name] !== undefined && environment[name] !== '';
    const content = set ? null : contentOf(path);
    if (content !== null && 'text' in content) read[name] = content.text;
    else
      faults.push(
        `  ${name}_FILE: ${content?.fault ?? `expected ${name} not to be set beside it`}`,
      );
  }
  if (faults.length === 0) return { ...environment, ...read };
  throw new CroplineError('CONFIG_INVALID', `A secret cannot be had:\n${faults.join(';\n')}`);
}

function contentOf(path: string): { readonly text: string } | { readonly fault: string } {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? { fault: `expected a secret in ${path}, but it is empty` } : { text };
  } catch (error) {
    return {
      fault: `expected a file that can be read, but received ${path} (${describeCause(error)})`,
    };
  }
}

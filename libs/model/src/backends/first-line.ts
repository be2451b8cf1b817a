import { describeCause } from '@cropline/contracts';

/** What a runtime says of an error, without the build paths and stacks that it appends. */
export function firstLine(cause: unknown): string {
  return describeCause(cause).split('\n', 1)[0] ?? '';
}

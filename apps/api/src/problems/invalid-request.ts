import { CroplineError, MAX_PROBLEM_ERRORS, type ProblemError } from '@cropline/contracts';
import type { z } from 'zod';

/** What a caller names is repeated only so far: a field name may be megabytes long. */
const LONGEST_NAME = 100;

/**
 * `REQUEST_INVALID` for what a schema found: `details.errors` holds the first hundred faults, each with its
 * path (`items[3].url`) and, below `items`, the item's index; `details.errorCount` counts all of them. Values
 * are not repeated, because URLs carry signatures.
 */
export function invalidRequest(issues: readonly z.core.$ZodIssue[]): CroplineError {
  const errorCount = issues.reduce((sum, issue) => sum + faultsOf(issue), 0);
  const errors: ProblemError[] = [];
  for (const issue of issues) {
    if (errors.length >= MAX_PROBLEM_ERRORS) break;
    errors.push(...describe(issue, MAX_PROBLEM_ERRORS - errors.length));
  }
  const first = errors[0];
  const rest = errorCount - 1;
  return new CroplineError(
    'REQUEST_INVALID',
    `The request breaks its schema at ${first?.path === '' ? 'its root' : (first?.path ?? '')}: ${first?.message ?? ''}${
      rest > 0 ? `, and in ${rest} more ${rest === 1 ? 'place' : 'places'} (see errors)` : ''
    }.`,
    { details: { errors, errorCount } },
  );
}

function faultsOf(issue: z.core.$ZodIssue): number {
  return issue.code === 'unrecognized_keys' ? issue.keys.length : 1;
}

function describe(issue: z.core.$ZodIssue, most: number): ProblemError[] {
  const [first, second] = issue.path;
  const index = first === 'items' && typeof second === 'number' ? { index: second } : {};
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, most).map((key) => ({
      path: pathText([...issue.path, key]),
      ...index,
      message: 'Expected no such field or parameter',
    }));
  }
  return [{ path: pathText(issue.path), ...index, message: issue.message }];
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key).slice(0, LONGEST_NAME);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

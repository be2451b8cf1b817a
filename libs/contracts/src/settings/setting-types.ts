import { z } from 'zod';

/** A whole number from `least` to `most`, both included. */
export const wholeNumber = (least: number, most: number): z.ZodType<number> =>
  z.string().transform((text, context) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    context.addIssue(
      `expected a whole number from ${least} to ${most}, but received ${JSON.stringify(text)}`,
    );
    return z.NEVER;
  });

/** A URL of one of some schemes (`https:`). Its value is never repeated: URLs carry passwords. */
export const urlOf = (...schemes: readonly string[]): z.ZodType<string> =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && schemes.includes(new URL(text).protocol),
      `expected a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
    );

/** Entries with a separator between them; blanks around an entry and empty entries do not count. */
export const listOf = (separator: string): z.ZodType<string[]> =>
  z.string().transform((text) =>
    text
      .split(separator)
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  );

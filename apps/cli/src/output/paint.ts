import type { Console, OutputStream } from '../console.js';

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** The looks a piece of text may have on a terminal. */
export type Look = keyof typeof CODES;

/** Gives text a look, or returns it as it is where colours are not wanted. */
export type Paint = (look: Look, text: string) => string;

/** Text as it is. */
export const plain: Paint = (_look, text) => text;

/** Text with the escape sequences of a terminal (ECMA-48, SGR). */
export const coloured: Paint = (look, text) => {
  const [on, off] = CODES[look];
  return text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;
};

/** How to paint on a stream: in colour only on a terminal whose user has not declined it (NO_COLOR). */
export function paintFor(stream: OutputStream, { colour }: Pick<Console, 'colour'>): Paint {
  return colour && stream.isTTY === true ? coloured : plain;
}

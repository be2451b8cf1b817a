import type { ItemResult } from '@cropline/contracts';
import type { Paint } from './paint.js';

const NARROWEST_NAME = 16;
const WIDEST_NAME = 48;
const NEXT = 2;

/**
 * Writes outcomes as lines for people: `photos/cat.jpg   71.2 %  tabby, tabby cat  (tiger cat 15.0 %, …)`.
 * The column of names widens with the longest so far, up to 48 characters.
 */
export class ResultLines {
  readonly #paint: Paint;
  readonly #shorten: boolean;
  #width = NARROWEST_NAME;

  /** @param shorten whether only the end of a long name is shown, as a terminal has room for no more. */
  constructor(paint: Paint, shorten: boolean) {
    this.#paint = paint;
    this.#shorten = shorten;
  }

  /** The line of one outcome, without a line end. */
  line(result: ItemResult): string {
    const paint = this.#paint;
    const name = this.#shorten ? endOf(shown(result.id)) : shown(result.id);
    this.#width = Math.min(WIDEST_NAME, Math.max(this.#width, name.length));
    const column = name.padEnd(this.#width);
    switch (result.status) {
      case 'succeeded': {
        const [first, ...others] = result.predictions;
        const score = first === undefined ? '' : percent(first.score);
        const next = others
          .slice(0, NEXT)
          .map(
            (prediction) => `${shortLabel(prediction.label)} ${percent(prediction.score).trim()}`,
          );
        const rest = next.length === 0 ? '' : `  ${paint('dim', `(${next.join(', ')})`)}`;
        return `${column}  ${paint('green', score)}  ${paint('bold', first?.label ?? '')}${rest}`;
      }
      case 'failed':
        return `${column}  ${paint('red', 'failed')}   ${result.error.code}: ${result.error.message}`;
      case 'cancelled':
        return `${column}  cancelled`;
    }
  }
}

const percent = (score: number): string => `${(score * 100).toFixed(1).padStart(5)} %`;

/** The first of the names that ImageNet gives a class. */
const shortLabel = (label: string): string => label.split(',', 1)[0] ?? label;

/**
 * What stands for an item where people look: its id without the query of a URL (which may hold a
 * signature) and without control characters.
 */
function shown(id: string): string {
  return id.replace(/^([a-z][a-z0-9+.-]*:\/\/[^?#]*)[?#].*$/is, '$1').replace(/\p{Cc}/gu, '?');
}

const endOf = (name: string): string =>
  name.length <= WIDEST_NAME ? name : `...${name.slice(3 - WIDEST_NAME)}`;

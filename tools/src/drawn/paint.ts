import { css, mix, type Colour } from './colour.js';
import type { Random } from './random.js';
import { circle, d, path, rect, text } from './svg.js';

/** The gradients and patterns of one picture: collected while it is drawn, written into its `<defs>`. */
export class PaintBox {
  readonly #random: Random;
  readonly #definitions: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  get definitions(): string {
    return this.#definitions.join('');
  }

  /** A fill between two colours: plain, a gradient, or now and then a pattern with marks of about `size`. */
  fill(main: Colour, other: Colour, size: number): string {
    const kind = this.#random.next();
    if (kind < 0.4) return css(main);
    if (kind < 0.8) return this.gradient(main, mix(main, other, this.#random.between(0.3, 0.8)));
    return this.pattern(main, other, size);
  }

  /** From one colour to another, in any direction or outwards. */
  gradient(from: Colour, to: Colour): string {
    const stops = `<stop offset="0" stop-color="${css(from)}"/><stop offset="1" stop-color="${css(to)}"/>`;
    if (this.#random.chance(0.35)) {
      const [x, y] = [this.#random.between(0.2, 0.8), this.#random.between(0.2, 0.8)];
      return this.#define(
        (id) =>
          `<radialGradient id="${id}" cx="${text(x)}" cy="${text(y)}" r="0.8">${stops}</radialGradient>`,
      );
    }
    const angle = this.#random.whole(0, 359);
    return this.#define(
      (id) =>
        `<linearGradient id="${id}" gradientTransform="rotate(${angle} 0.5 0.5)">${stops}</linearGradient>`,
    );
  }

  /** Stripes, checks, dots, waves or a grid. */
  pattern(main: Colour, other: Colour, size: number): string {
    const ground = rect(0, 0, size, size, { fill: css(main) });
    const fill = { fill: css(other), stroke: 'none' };
    const stroke = { fill: 'none', stroke: css(other), 'stroke-width': size * 0.2 };
    const half = size / 2;
    const marks = this.#random.pick([
      rect(0, 0, size * this.#random.between(0.25, 0.6), size, fill),
      rect(0, 0, half, half, fill) + rect(half, half, half, half, fill),
      circle(half, half, size * this.#random.between(0.2, 0.38), fill),
      path(d`M0 ${half}Q${size / 4} 0 ${half} ${half}T${size} ${half}`, stroke),
      path(d`M0 ${half}H${size}M${half} 0V${size}`, stroke),
    ]);
    const angle = this.#random.pick([0, 90, 45, -45, this.#random.whole(0, 180)]);
    return this.#define(
      (id) =>
        `<pattern id="${id}" width="${text(size)}" height="${text(size)}" patternUnits="userSpaceOnUse" patternTransform="rotate(${angle})">${ground}${marks}</pattern>`,
    );
  }

  #define(definition: (id: string) => string): string {
    const id = `p${this.#definitions.length}`;
    this.#definitions.push(definition(id));
    return `url(#${id})`;
  }
}

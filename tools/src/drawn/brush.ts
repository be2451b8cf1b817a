import { anyColour, css, hsl, mix, unlike, type Colour } from './colour.js';
import type { PaintBox } from './paint.js';
import type { Random } from './random.js';

/** What an object is painted with. The paints are SVG fills; none tells what is painted. */
export interface Brush {
  readonly main: string;
  readonly second: string;
  readonly third: string;
  /** For lines and marks that must be seen on the paints. */
  readonly dark: string;
  readonly light: string;
  /** Around every part of the object. */
  readonly outline: { readonly stroke: string; readonly 'stroke-width': number };
  /** What is behind the object should differ from this. */
  readonly looks: Colour;
}

const INK: Colour = [28, 26, 30];
const PAPER: Colour = [248, 246, 240];

/**
 * Chooses the paints of an object in a box of 100 × 100: any colours, or often those it is known in
 * (`natural`, hues in degrees), with or without outline, or as a drawing in ink.
 */
export function mixBrush(random: Random, box: PaintBox, natural: readonly number[]): Brush {
  if (random.chance(0.08)) return inkBrush(random);
  const main = mainColour(random, natural);
  const second = unlike(random, main, 3);
  const third = unlike(random, main, 2);
  const size = random.between(6, 16);
  return {
    main: box.fill(main, unlike(random, main, 2), size),
    second: random.chance(0.7) ? css(second) : box.fill(second, third, size * 0.7),
    third: css(third),
    dark: css(mix(INK, main, random.between(0, 0.25))),
    light: css(mix(PAPER, main, random.between(0, 0.15))),
    outline: outline(random, main),
    looks: main,
  };
}

function mainColour(random: Random, natural: readonly number[]): Colour {
  const hue = natural[random.whole(0, Math.round(natural.length * 1.6))];
  if (hue === undefined) return anyColour(random);
  return hsl(
    (hue + random.between(-18, 18) + 360) % 360,
    random.between(0.4, 0.95),
    random.between(0.3, 0.68),
  );
}

function outline(random: Random, main: Colour): Brush['outline'] {
  const kind = random.next();
  if (kind < 0.35) return { stroke: 'none', 'stroke-width': 0 };
  const colour = kind < 0.75 ? INK : kind < 0.87 ? PAPER : mix(main, INK, 0.5);
  return { stroke: css(colour), 'stroke-width': random.between(0.8, 2.6) };
}

function inkBrush(random: Random): Brush {
  const ink = mix(INK, anyColour(random), 0.25);
  const paper = mix(PAPER, anyColour(random), random.between(0, 0.2));
  return {
    main: css(paper),
    second: css(paper),
    third: css(mix(paper, ink, 0.15)),
    dark: css(ink),
    light: css(paper),
    outline: { stroke: css(ink), 'stroke-width': random.between(1.4, 2.6) },
    looks: ink,
  };
}

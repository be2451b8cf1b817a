import type { Random } from './random.js';

/** Red, green and blue from 0 to 255. */
export type Colour = readonly [number, number, number];

/** A colour by hue (0 to 360), saturation and lightness (0 to 1), as CSS Color 4 defines them. */
export function hsl(hue: number, saturation: number, lightness: number): Colour {
  const part = (offset: number): number => {
    const k = (offset + hue / 30) % 12;
    const reach = saturation * Math.min(lightness, 1 - lightness);
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [part(0), part(8), part(4)];
}

export function css([red, green, blue]: Colour): string {
  return `rgb(${red},${green},${blue})`;
}

/** A colour on the way from one to another: 0 is the first, 1 the second. */
export function mix(from: Colour, to: Colour, share: number): Colour {
  const at = (part: 0 | 1 | 2): number => Math.round(from[part] + (to[part] - from[part]) * share);
  return [at(0), at(1), at(2)];
}

/** How different two colours look, roughly: 0 the same, about 760 black and white. */
export function difference(one: Colour, other: Colour): number {
  const [red, green, blue] = [one[0] - other[0], one[1] - other[1], one[2] - other[2]];
  return Math.sqrt(2 * red * red + 4 * green * green + 3 * blue * blue);
}

/** Any colour: lively, pale, dark or grey. */
export function anyColour(random: Random): Colour {
  const saturation = random.chance(0.25) ? random.between(0, 0.25) : random.between(0.35, 0.95);
  return hsl(random.between(0, 360), saturation, random.between(0.18, 0.85));
}

/** The most different of a few colours that a picture could have here. */
export function unlike(random: Random, colour: Colour, tries = 4): Colour {
  let best = anyColour(random);
  for (let left = tries - 1; left > 0; left -= 1) {
    const other = anyColour(random);
    if (difference(other, colour) > difference(best, colour)) best = other;
  }
  return best;
}

import { anyColour, css } from './colour.js';
import type { PaintBox } from './paint.js';
import type { Random } from './random.js';
import { circle, d, line, path, rect, times } from './svg.js';

/**
 * Something in front of an object that lies in a box of `size` around (0, 0), and hides a fifth of it at
 * most: a corner, a band, a few bars, a blot.
 */
export function occluder(random: Random, box: PaintBox, size: number): string {
  const fill = box.fill(anyColour(random), anyColour(random), size / 8);
  const half = size / 2;
  const side = random.sign();
  const turned = { transform: `rotate(${random.whole(0, 359)})` };
  const edge = half * random.between(0.5, 0.75);
  return random.pick([
    () => rect(edge * side - (side < 0 ? size : 0), -size, size, size * 2, { fill, ...turned }),
    () =>
      circle(
        half * 0.85 * side,
        half * random.between(-0.8, 0.8),
        half * random.between(0.3, 0.5),
        { fill },
      ),
    () =>
      rect(-size, half * random.between(-0.6, 0.6), size * 2, size * random.between(0.06, 0.13), {
        fill,
        ...turned,
      }),
    () =>
      times(random.whole(2, 4), (index) =>
        line(-half + index * size * 0.3, -size, -half + index * size * 0.3, size, {
          stroke: css(anyColour(random)),
          'stroke-width': size * random.between(0.02, 0.045),
          ...turned,
        }),
      ),
    () =>
      path(
        d`M${half * 0.3 * side} ${half * 0.5}q${half * 0.3} ${-half * 0.5} ${half * 0.55} ${-half * 0.1}t${half * 0.1} ${half * 0.5}q${-half * 0.4} ${half * 0.5} ${-half * 0.65} ${-half * 0.4}Z`,
        { fill },
      ),
  ])();
}

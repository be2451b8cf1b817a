import type { Brush } from '../brush.js';
import type { Random } from '../random.js';
import { circle, line, polygon, rect, times } from '../svg.js';

const PANES = ['#bfe0ee', '#f7e08a', '#46525a', '#e9f2f5'] as const;

/** A house from the front: a roof, a door, windows, and often a chimney. */
export function house(random: Random, brush: Brush): string {
  const half = random.between(28, 40);
  const eaves = random.between(-16, 0);
  const overhang = random.between(3, 9);
  const walls = rect(-half, eaves, half * 2, 46 - eaves, { fill: brush.main });
  const flat = random.chance(0.35) ? half * random.between(0.3, 0.65) : 0;
  const ridge = random.between(-48, -38);
  const roof = polygon(
    [
      [-half - overhang, eaves + 1],
      [-flat, ridge],
      [flat, ridge],
      [half + overhang, eaves + 1],
    ],
    { fill: brush.second },
  );
  const side = random.sign();
  const chimney = rect(side * half * 0.55 - 5, ridge - 2, 10, eaves - ridge, { fill: brush.third });
  return (
    (random.chance(0.6) ? chimney : '') +
    walls +
    roof +
    front(random, brush, half, eaves, flat, ridge)
  );
}

function front(
  random: Random,
  brush: Brush,
  half: number,
  eaves: number,
  flat: number,
  ridge: number,
): string {
  const pane = random.pick(PANES);
  const centred = random.chance(0.5);
  const doorX = centred ? 0 : random.sign() * half * 0.5;
  const doorWidth = random.between(6, 8);
  const top = 46 - random.between(20, 25);
  const door =
    rect(doorX - doorWidth, top, doorWidth * 2, 46 - top, { fill: brush.third }) +
    circle(doorX + doorWidth * 0.55, (top + 46) / 2, 1.3, { fill: brush.dark, stroke: 'none' });
  const window = (x: number, y: number, size: number): string =>
    rect(x - size, y - size, size * 2, size * 2, {
      fill: pane,
      stroke: brush.dark,
      'stroke-width': 1.2,
    }) +
    line(x, y - size, x, y + size, { stroke: brush.dark, 'stroke-width': 1.2 }) +
    line(x - size, y, x + size, y, { stroke: brush.dark, 'stroke-width': 1.2 });
  const size = random.between(5, 7);
  const places = centred ? [-half * 0.6, half * 0.6] : [-doorX * 0.9];
  const below = places.map((x) => window(x, (top + 46) / 2 - 2, size)).join('');
  const above =
    eaves < -8
      ? times(centred ? 3 : 2, (index) =>
          window((index - (centred ? 1 : 0.5)) * half * 0.65, eaves + 10, size * 0.85),
        )
      : '';
  const attic = circle(0, (eaves + ridge) / 2 + 3, 5, { fill: pane, stroke: brush.dark });
  return door + below + above + (flat === 0 && random.chance(0.4) ? attic : '');
}

import type { Brush } from '../brush.js';
import type { Random } from '../random.js';
import { around, circle, group, line, path, polygon, times } from '../svg.js';

/** A star with five points, sometimes four or six: sharp or rounded, plain, nested, faceted or with a face. */
export function star(random: Random, brush: Brush): string {
  const points = random.pick([5, 5, 5, 5, 5, 6, 4]);
  const inner = points === 4 ? random.between(0.28, 0.42) : random.between(0.38, 0.55);
  const corners = (radius: number): [number, number][] =>
    Array.from({ length: points * 2 }, (_, index) =>
      around((index * Math.PI) / points, radius * (index % 2 === 0 ? 1 : inner)),
    );
  const soft = random.chance(0.3) ? random.between(4, 9) : 0;
  const shape = polygon(corners(48 - soft / 2), { fill: brush.main });
  const rounded =
    soft === 0
      ? shape
      : group(polygon(corners(48 - soft / 2), { fill: brush.main, stroke: brush.third }), {
          'stroke-width': soft,
        });
  return rounded + random.pick([plain, nested, facets, face])(brush, corners(48 - soft));
}

const plain = (): string => '';

function nested(brush: Brush, corners: readonly [number, number][]): string {
  return polygon(
    corners.map(([x, y]) => [x * 0.58, y * 0.58]),
    { fill: brush.second },
  );
}

function facets(brush: Brush, corners: readonly [number, number][]): string {
  return corners
    .map(([x, y], index) => {
      if (index % 2 === 1) return line(0, 0, x, y, { stroke: brush.dark, 'stroke-width': 0.9 });
      const [nextX, nextY] = corners[index + 1] ?? [0, 0];
      const half: [number, number][] = [
        [0, 0],
        [x, y],
        [nextX, nextY],
      ];
      return polygon(half, { fill: brush.dark, stroke: 'none', opacity: 0.22 });
    })
    .join('');
}

function face(brush: Brush): string {
  return (
    times(2, (index) => circle(index * 14 - 7, -4, 2.6, { fill: brush.dark, stroke: 'none' })) +
    path('M-8 6Q0 14 8 6', {
      fill: 'none',
      stroke: brush.dark,
      'stroke-width': 2,
      'stroke-linecap': 'round',
    })
  );
}

import type { Brush } from '../brush.js';
import type { Random } from '../random.js';
import { circle, d, ellipse, group, path, times } from '../svg.js';

/** A butterfly from above: two pairs of wings, the same left and right, a body and feelers. */
export function butterfly(random: Random, brush: Brush): string {
  const reach = random.between(38, 48);
  const [high, low] = [random.between(34, 44), random.between(26, 40)];
  const fore = (scale: number, fill: string): string =>
    path(
      d`M2 -4C${8 * scale} ${-high * scale} ${reach * 0.7 * scale} ${-high * 1.15 * scale} ${reach * scale} ${-high * 0.75 * scale}C${reach * 0.98 * scale} ${-8 * scale} ${reach * 0.6 * scale} 2 2 3Z`,
      { fill },
    );
  const hind = (scale: number, fill: string): string =>
    path(
      d`M2 1C${reach * 0.5 * scale} ${-2 * scale} ${reach * 0.85 * scale} ${8 * scale} ${reach * 0.72 * scale} ${low * 0.7 * scale}C${reach * 0.5 * scale} ${low * 1.25 * scale} ${8 * scale} ${low * scale} 2 8Z`,
      { fill },
    );
  const other = random.chance(0.5) ? brush.main : brush.second;
  const inner = random.chance(0.6) ? fore(0.62, brush.second) + hind(0.6, brush.third) : '';
  const spots = times(random.whole(0, 4), (index) =>
    circle(reach * (0.45 + 0.13 * index), -high * (0.62 - 0.09 * index), 4.4 - index * 0.6, {
      fill: index % 2 === 0 ? brush.light : brush.dark,
      stroke: 'none',
    }),
  );
  const eye = random.chance(0.4)
    ? circle(reach * 0.48, low * 0.55, 5, { fill: brush.dark, stroke: 'none' }) +
      circle(reach * 0.48, low * 0.55, 2.5, { fill: brush.light, stroke: 'none' })
    : '';
  const wings = hind(1, other) + fore(1, brush.main) + inner + spots + eye;
  const thickness = random.between(2.6, 4.4);
  const body =
    ellipse(0, 0, thickness, random.between(20, 27), { fill: brush.dark }) +
    circle(0, -22, thickness * 1.15, { fill: brush.dark });
  const spread = random.between(7, 14);
  const feelers = path(d`M-1 -24Q-3 -36 ${-spread} -42M1 -24Q3 -36 ${spread} -42`, {
    fill: 'none',
    stroke: brush.dark,
    'stroke-width': 1.4,
  });
  return wings + group(wings, { transform: 'scale(-1 1)' }) + feelers + body;
}

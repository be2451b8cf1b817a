import type { Brush } from '../brush.js';
import type { Random } from '../random.js';
import { d, ellipse, path, polygon, rect, times } from '../svg.js';

/** A party balloon on its string, or a hot-air balloon with its basket. */
export function balloon(random: Random, brush: Brush): string {
  return random.chance(0.5) ? party(random, brush) : hotAir(random, brush);
}

function party(random: Random, brush: Brush): string {
  const width = random.between(24, 31);
  const bottom = random.between(14, 20);
  const [sway, end] = [random.between(5, 11) * random.sign(), random.between(-10, 10)];
  const string = path(
    d`M0 ${bottom + 4}C${sway} ${bottom + 14} ${-sway} ${bottom + 20} ${end} 50`,
    {
      fill: 'none',
      stroke: brush.dark,
      'stroke-width': random.between(0.9, 1.8),
    },
  );
  const skin = path(
    d`M0 ${bottom}C${-width * 0.75} ${bottom - 12} ${-width * 1.1} -14 ${-width * 0.95} -28C${-width * 0.7} -54 ${width * 0.7} -54 ${width * 0.95} -28C${width * 1.1} -14 ${width * 0.75} ${bottom - 12} 0 ${bottom}Z`,
    { fill: brush.main },
  );
  const knot = polygon(
    [
      [0, bottom - 1],
      [-4, bottom + 5],
      [4, bottom + 5],
    ],
    { fill: brush.main },
  );
  const shine = ellipse(-width * 0.42, -29, 4.5, 9, {
    fill: brush.light,
    stroke: 'none',
    opacity: random.between(0.35, 0.85),
    transform: 'rotate(22 -10 -29)',
  });
  return string + knot + skin + (random.chance(0.8) ? shine : '');
}

function hotAir(random: Random, brush: Brush): string {
  const width = random.between(28, 36);
  const gores = random.pick([0, 1, 2]);
  const envelope = (reach: number, fill: string): string =>
    path(
      d`M0 -48C${-reach * 0.8} -48 ${-reach * 1.05} -30 ${-reach} -16C${-reach * 0.9} 2 ${-reach * 0.35} 12 ${-reach * 0.2} 22L${reach * 0.2} 22C${reach * 0.35} 12 ${reach * 0.9} 2 ${reach} -16C${reach * 1.05} -30 ${reach * 0.8} -48 0 -48Z`,
      { fill },
    );
  const size = random.between(7, 10);
  const ropes = path(d`M${-width * 0.2} 22L${-size * 0.8} 36M${width * 0.2} 22L${size * 0.8} 36`, {
    fill: 'none',
    stroke: brush.dark,
    'stroke-width': 1.3,
  });
  const basket = rect(-size, 36, size * 2, random.between(10, 13), { rx: 2, fill: brush.third });
  const stripes = times(gores, (index) =>
    envelope(width * (0.66 - index * 0.36), index === 0 ? brush.second : brush.main),
  );
  return ropes + envelope(width, brush.main) + stripes + basket;
}

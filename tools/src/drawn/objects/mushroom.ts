import type { Brush } from '../brush.js';
import type { Random } from '../random.js';
import { d, ellipse, path, times } from '../svg.js';

/** A mushroom: a domed, pointed or flat cap, often with spots, on a thick stem. */
export function mushroom(random: Random, brush: Brush): string {
  const width = random.between(36, 47);
  const rim = random.between(-6, 6);
  const top = random.between(-48, -36);
  const stalk = random.between(8, 14);
  const foot = stalk * random.between(1, 1.6);
  const pale = random.chance(0.75) ? brush.light : brush.second;
  const stem = path(
    d`M${-stalk} ${rim}Q${-stalk * 0.85} 28 ${-foot} 44Q0 52 ${foot} 44Q${stalk * 0.85} 28 ${stalk} ${rim}Z`,
    { fill: pale },
  );
  const shape = random.pick([0.95, 0.95, 0.7, 1.15]);
  const sag = random.between(3, 10);
  const cap = path(
    d`M${-width} ${rim}C${-width * shape} ${top * 1.1} ${-width * 0.35} ${top} 0 ${top}C${width * 0.35} ${top} ${width * shape} ${top * 1.1} ${width} ${rim}Q0 ${rim + sag * 2} ${-width} ${rim}Z`,
    { fill: brush.main },
  );
  const ring = path(
    d`M${-stalk} ${rim + 14}Q0 ${rim + 20} ${stalk} ${rim + 14}L${stalk + 4} ${rim + 20}Q0 ${rim + 27} ${-stalk - 4} ${rim + 20}Z`,
    { fill: pale },
  );
  const gills = path(d`M${-width * 0.8} ${rim + 1}Q0 ${rim + sag} ${width * 0.8} ${rim + 1}`, {
    fill: 'none',
    stroke: brush.dark,
    'stroke-width': 1.6,
  });
  return (
    stem +
    (random.chance(0.35) ? ring : '') +
    cap +
    (random.chance(0.7) ? spots(random, brush, width, rim, top) : '') +
    (random.chance(0.4) ? gills : '')
  );
}

function spots(random: Random, brush: Brush, width: number, rim: number, top: number): string {
  const height = rim - top;
  const places = [
    [0, 0.62],
    [-0.42, 0.42],
    [0.42, 0.44],
    [-0.68, 0.16],
    [0.68, 0.17],
    [0.02, 0.2],
  ] as const;
  return times(random.whole(3, places.length), (index) => {
    const [x, y] = places[index] ?? [0, 0.5];
    const size = random.between(3.4, 6.4);
    return ellipse(x * width, rim - y * height, size, size * 0.8, {
      fill: brush.light,
      stroke: 'none',
    });
  });
}

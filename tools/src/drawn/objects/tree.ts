import type { Brush } from '../brush.js';
import type { Random } from '../random.js';
import { around, circle, d, path, polygon, times } from '../svg.js';

const BARK = ['#6b4423', '#8a5a33', '#4d3621', '#7d6a58', '#a07a4c'] as const;

/** A tree: a round crown, a fir of stacked triangles, or a palm. */
export function tree(random: Random, brush: Brush): string {
  const bark = random.pick(BARK);
  return random.pick([leafy, leafy, fir, palm])(random, brush, bark);
}

function leafy(random: Random, brush: Brush, bark: string): string {
  const width = random.between(4, 7);
  const trunk = path(d`M${-width * 0.7} -8L${-width * 1.3} 49H${width * 1.3}L${width * 0.7} -8Z`, {
    fill: bark,
  });
  const branches = path(d`M0 14L-16 -6M0 8L15 -10`, {
    fill: 'none',
    stroke: bark,
    'stroke-width': width * 0.6,
  });
  const lobes = random.whole(5, 8);
  const [reach, size] = [random.between(16, 21), random.between(14, 18)];
  const crown = times(lobes, (index) => {
    const [x, y] = around((index * 2 * Math.PI) / lobes, reach);
    return circle(x * 1.2, y - 16, size * random.between(0.85, 1.1), { fill: brush.main });
  });
  const middle = circle(0, -16, reach, { fill: brush.main, stroke: 'none' });
  const fruit = times(random.chance(0.35) ? 7 : 0, () =>
    circle(random.between(-24, 24), random.between(-36, 2), 2.8, { fill: brush.third }),
  );
  return trunk + (random.chance(0.5) ? branches : '') + crown + middle + fruit;
}

function fir(random: Random, brush: Brush, bark: string): string {
  const layers = random.whole(2, 4);
  const step = 72 / layers;
  const trunk = polygon(
    [
      [-5, 26],
      [5, 26],
      [6, 49],
      [-6, 49],
    ],
    { fill: bark },
  );
  const branches = times(layers, (index) => {
    const below = layers - 1 - index;
    const bottom = -48 + (below + 1) * step + 8;
    const half = 16 + ((below + 1) / layers) * 20;
    return polygon(
      [
        [0, bottom - step - 14],
        [-half, bottom],
        [half, bottom],
      ],
      {
        fill: index % 2 === 1 && random.chance(0.4) ? brush.second : brush.main,
      },
    );
  });
  return trunk + branches;
}

function palm(random: Random, brush: Brush, bark: string): string {
  const lean = random.between(-16, 16);
  const [x, y] = [lean, -22];
  const trunk = path(
    d`M-5 49Q${lean * 0.1 - 4} 10 ${x - 3} ${y}H${x + 3}Q${lean * 0.1 + 6} 10 6 49Z`,
    {
      fill: bark,
    },
  );
  const leaves = random.whole(6, 8);
  const crown = times(leaves, (index) => {
    const angle = -1.75 + (3.5 * index) / (leaves - 1);
    const [tipX, tipY] = around(angle, random.between(32, 38));
    const [midX, midY] = around(angle, 22);
    const drop = 10 + Math.abs(angle) * 4;
    return path(
      d`M${x} ${y}Q${x + midX} ${y + midY - 12} ${x + tipX} ${y + tipY + drop}Q${x + midX * 0.9} ${y + midY + 3} ${x} ${y}Z`,
      { fill: brush.main },
    );
  });
  const nuts = times(3, (index) => circle(x - 4 + index * 4, y + 3, 2.8, { fill: brush.third }));
  return trunk + crown + (random.chance(0.5) ? nuts : '');
}

import type { Brush } from '../brush.js';
import type { Random } from '../random.js';
import { circle, d, path, times } from '../svg.js';

/** A fish from the side: lens-shaped or round, with fins, an eye and often stripes or scales. */
export function fish(random: Random, brush: Brush): string {
  const height = random.between(17, 32);
  const tail = random.between(20, 26);
  const body = path(
    d`M-48 0C-34 ${-height * 1.25} 4 ${-height * 1.25} ${tail} 0C4 ${height * 1.25} -34 ${height * 1.25} -48 0Z`,
    {
      fill: brush.main,
    },
  );
  const spread = random.between(15, 26);
  const notch = random.between(-10, -2);
  const tailFin = path(
    d`M${tail - 6} 0C${tail + 6} -4 40 ${-spread} 49 ${-spread}C${49 + notch} ${-spread * 0.4} ${49 + notch} ${spread * 0.4} 49 ${spread}C40 ${spread} ${tail + 6} 4 ${tail - 6} 0Z`,
    { fill: brush.second },
  );
  const back = path(
    d`M-24 ${-height * 0.75}Q-8 ${-height - random.between(12, 20)} 10 ${-height * 0.6}Z`,
    { fill: brush.second },
  );
  const belly = path(d`M-16 ${height * 0.8}Q-4 ${height + 16} 4 ${height * 0.65}Z`, {
    fill: brush.second,
  });
  const side = path(d`M-12 3Q4 0 6 10Q-4 14 -12 6Z`, { fill: brush.third });
  const [eyeX, eyeY] = [-33, -height * 0.2];
  const eye =
    circle(eyeX, eyeY, 4.6, { fill: '#fff' }) +
    circle(eyeX - 0.8, eyeY, 2.4, { fill: '#111', stroke: 'none' });
  const thin = { fill: 'none', stroke: brush.dark, 'stroke-width': 1.4 };
  const mouth = path(d`M-46 3Q-42 6 -38 5`, thin);
  const gill = path(d`M-24 ${-height * 0.5}Q-18 0 -24 ${height * 0.5}`, thin);
  return tailFin + back + belly + body + marks(random, brush, height) + gill + side + mouth + eye;
}

function marks(random: Random, brush: Brush, height: number): string {
  const kind = random.next();
  if (kind < 0.35) {
    return times(random.whole(2, 3), (index) => {
      const x = -14 + index * 11;
      const reach = height * (0.78 - index * 0.18);
      return path(d`M${x} ${-reach}Q${x + 4} 0 ${x} ${reach}`, {
        fill: 'none',
        stroke: brush.third,
        'stroke-width': random.between(3, 5.5),
      });
    });
  }
  if (kind > 0.65) return '';
  return times(9, (index) => {
    const [column, row] = [index % 3, Math.floor(index / 3) - 1];
    const [x, y] = [-14 + column * 9 + (row === 0 ? 4 : 0), row * height * 0.36];
    return path(d`M${x} ${y - 4}Q${x + 5} ${y} ${x} ${y + 4}`, {
      fill: 'none',
      stroke: brush.dark,
      'stroke-width': 1.1,
    });
  });
}

import type { Brush } from '../brush.js';
import type { Random } from '../random.js';
import { around, circle, d, line, path, rect, times } from '../svg.js';

const TURN = 2 * Math.PI;

/** A clock that shows any time: round or square, on a wall or with the bells of an alarm clock. */
export function clock(random: Random, brush: Brush): string {
  const alarm = random.chance(0.35);
  const size = alarm ? 36 : random.between(42, 48);
  const square = !alarm && random.chance(0.25);
  const rim = random.between(3, 8);
  const frame = (radius: number, fill: string): string =>
    square
      ? rect(-radius, -radius, radius * 2, radius * 2, { rx: 5, fill })
      : circle(0, 0, radius, { fill });
  const pale = random.chance(0.75);
  const [face, ink] = pale ? [brush.light, brush.dark] : [brush.dark, brush.light];
  return (
    (alarm ? bells(brush) : '') +
    frame(size, brush.main) +
    frame(size - rim, face) +
    ticks(random, size - rim, ink) +
    hands(random, size - rim, ink, brush)
  );
}

function bells(brush: Brush): string {
  const bell = (side: number): string =>
    path(
      d`M${side * 10} -38Q${side * 12} -54 ${side * 26} -47Q${side * 38} -38 ${side * 32} -24Z`,
      {
        fill: brush.second,
      },
    ) + line(side * 20, 28, side * 28, 46, { stroke: brush.dark, 'stroke-width': 4.5 });
  const hammer = line(0, -36, 0, -47, { stroke: brush.dark, 'stroke-width': 3 });
  return bell(-1) + bell(1) + hammer;
}

function ticks(random: Random, radius: number, ink: string): string {
  const count = random.pick([12, 12, 12, 4, 60]);
  const dots = count <= 12 && random.chance(0.25);
  return times(count, (index) => {
    const angle = (index / count) * TURN;
    const long = count === 60 ? index % 5 === 0 : (index * 12) % (count * 3) === 0;
    const [x2, y2] = around(angle, radius * 0.92);
    if (dots) return circle(x2 * 0.95, y2 * 0.95, long ? 2.6 : 1.8, { fill: ink, stroke: 'none' });
    const [x1, y1] = around(angle, radius * (long ? 0.74 : 0.83));
    return line(x1, y1, x2, y2, { stroke: ink, 'stroke-width': long ? 2.6 : 1.2 });
  });
}

function hands(random: Random, radius: number, ink: string, brush: Brush): string {
  const hours = random.between(0, 12);
  const hand = (angle: number, length: number, width: number, stroke: string): string => {
    const [x, y] = around(angle, radius * length);
    return line(-x * 0.15, -y * 0.15, x, y, {
      stroke,
      'stroke-width': width,
      'stroke-linecap': 'round',
    });
  };
  const seconds = hand(random.between(0, TURN), 0.8, 1, brush.third);
  return (
    hand((hours / 12) * TURN, 0.48, random.between(3, 5), ink) +
    hand((hours % 1) * TURN, 0.72, random.between(2, 3.4), ink) +
    (random.chance(0.4) ? seconds : '') +
    circle(0, 0, 3, { fill: ink, stroke: 'none' })
  );
}

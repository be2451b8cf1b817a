import type { Brush } from '../brush.js';
import type { Random } from '../random.js';
import { circle, d, line, path, rect, times } from '../svg.js';

const GLASS = ['#bfe0ee', '#8fb7c9', '#e6f3f8', '#46525a', '#d8d4c0'] as const;

/** A car from the side: a saloon, a hatchback, a van, a pickup or a beetle. */
export function car(random: Random, brush: Brush): string {
  const glass = random.pick(GLASS);
  const body = random.pick([saloon, hatchback, van, pickup, beetle])(random, brush, glass);
  const radius = random.between(9.5, 12);
  const wheels = [-25, 25].map((x) => wheel(random, brush, x, radius)).join('');
  const light = rect(44, 7, 5, 5, { rx: 2, fill: '#ffe89a' });
  const handle = line(2, 4, 8, 4, { stroke: brush.dark, 'stroke-width': 1.6 });
  const bumper = rect(-51, 16, 102, 4.5, { rx: 2, fill: brush.dark, stroke: 'none' });
  return (
    body +
    (random.chance(0.6) ? light : '') +
    (random.chance(0.6) ? handle : '') +
    (random.chance(0.5) ? bumper : '') +
    wheels
  );
}

function wheel(random: Random, brush: Brush, x: number, radius: number): string {
  const y = 21;
  const tyre = circle(x, y, radius, { fill: '#222226' });
  const hub = circle(x, y, radius * random.between(0.35, 0.6), { fill: brush.light });
  const spokes = times(3, (index) => {
    const angle = (index * Math.PI) / 3;
    const [dx, dy] = [Math.cos(angle) * radius * 0.5, Math.sin(angle) * radius * 0.5];
    return line(x - dx, y - dy, x + dx, y + dy, { stroke: brush.dark, 'stroke-width': 1.2 });
  });
  return tyre + hub + (random.chance(0.4) ? spokes : '');
}

function saloon(random: Random, brush: Brush, fill: string): string {
  const roof = random.between(-22, -16);
  return (
    path(d`M-50 20V4Q-49 -1 -42 -2L-30 -3L-17 ${roof}H12L27 -3L42 0Q50 2 50 10V20Z`, {
      fill: brush.main,
    }) +
    path(d`M-25 -3L-15 ${roof + 4}H-3V-3Z`, { fill }) +
    path(d`M1 -3V${roof + 4}H10L21 -3Z`, { fill })
  );
}

function hatchback(random: Random, brush: Brush, fill: string): string {
  const roof = random.between(-28, -20);
  return (
    path(d`M-46 20V2L-38 ${roof}Q-37 ${roof - 3} -30 ${roof - 3}H6L26 -2L44 2Q49 4 49 10V20Z`, {
      fill: brush.main,
    }) +
    path(d`M-38 -2L-33 ${roof + 3}H-12V-2Z`, { fill }) +
    path(d`M-8 -2V${roof + 3}H4L19 -2Z`, { fill })
  );
}

function van(random: Random, brush: Brush, fill: string): string {
  const roof = random.between(-34, -26);
  const panes = random.chance(0.5)
    ? times(3, (index) => rect(-42 + index * 20, roof + 6, 15, 14, { rx: 2, fill }))
    : rect(-44, roof + 8, 56, 10, { rx: 2, fill: brush.second });
  return (
    path(
      d`M-48 20V${roof + 4}Q-48 ${roof} -44 ${roof}H22Q30 ${roof} 34 ${roof + 10}L40 0Q49 2 49 8V20Z`,
      {
        fill: brush.main,
      },
    ) +
    panes +
    path(d`M19 ${roof + 6}H24Q28 ${roof + 6} 30 ${roof + 11}L34 0H19Z`, { fill })
  );
}

function pickup(random: Random, brush: Brush, fill: string): string {
  const roof = random.between(-26, -20);
  return (
    path(d`M-49 20V-2H-6V${roof + 4}Q-6 ${roof} -2 ${roof}H14L26 -3L44 0Q50 2 50 8V20Z`, {
      fill: brush.main,
    }) + path(d`M-1 -3V${roof + 5}H12L20 -3Z`, { fill })
  );
}

function beetle(random: Random, brush: Brush, fill: string): string {
  const roof = random.between(-32, -24);
  return (
    path(d`M-48 20Q-50 2 -34 -2Q-28 ${roof} -2 ${roof}Q22 ${roof} 28 -2Q48 0 49 20Z`, {
      fill: brush.main,
    }) +
    path(d`M-26 -2Q-22 ${roof + 5} -5 ${roof + 5}V-2Z`, { fill }) +
    path(d`M-1 -2V${roof + 5}Q16 ${roof + 5} 21 -2Z`, { fill })
  );
}

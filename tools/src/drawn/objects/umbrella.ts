import type { Brush } from '../brush.js';
import type { Random } from '../random.js';
import { d, line, path, times } from '../svg.js';

/** An open umbrella with a scalloped edge and a crook, or a sunshade on a straight pole. */
export function umbrella(random: Random, brush: Brush): string {
  const half = random.between(40, 48);
  const rim = random.between(-6, 4);
  const top = random.between(-46, -38);
  const panels = random.whole(3, 6);
  const edge = (half * 2) / panels;
  const rise = random.between(4, 9);
  const scallops = times(panels, (index) => {
    const right = half - index * edge;
    return d`Q${right - edge / 2} ${rim - rise * 2} ${right - edge} ${rim}`;
  });
  const dome = d`M${-half} ${rim}C${-half} ${top * 0.75} ${-half * 0.5} ${top} 0 ${top}C${half * 0.5} ${top} ${half} ${top * 0.75} ${half} ${rim}`;
  const canopy = path(`${dome}${scallops}Z`, { fill: brush.main });
  const panel = times(panels, (index) => {
    if (index % 2 === 0) return '';
    const left = -half + index * edge;
    return path(
      d`M0 ${top}C${left * 0.6} ${top * 0.85} ${left} ${top * 0.5} ${left} ${rim}Q${left + edge / 2} ${rim - rise * 2} ${left + edge} ${rim}C${left + edge} ${top * 0.5} ${(left + edge) * 0.6} ${top * 0.85} 0 ${top}Z`,
      { fill: brush.second },
    );
  });
  const ribs = times(panels - 1, (index) => {
    const x = -half + (index + 1) * edge;
    return path(d`M0 ${top}C${x * 0.6} ${top * 0.85} ${x} ${top * 0.5} ${x} ${rim}`, {
      fill: 'none',
      stroke: brush.dark,
      'stroke-width': 1.1,
    });
  });
  const tip = line(0, top, 0, top - 6, { stroke: brush.dark, 'stroke-width': 2.4 });
  return (
    handle(random, brush, rim) +
    tip +
    canopy +
    (random.chance(0.55) ? panel : '') +
    (random.chance(0.65) ? ribs : '')
  );
}

function handle(random: Random, brush: Brush, rim: number): string {
  const style = {
    fill: 'none',
    stroke: random.chance(0.6) ? brush.dark : brush.third,
    'stroke-width': random.between(2.4, 4),
    'stroke-linecap': 'round',
  };
  if (random.chance(0.2)) return line(0, rim - 20, 0, 49, style);
  const crook = random.between(6, 9) * random.sign();
  return path(d`M0 ${rim - 20}V38C0 52 ${crook * 2} 52 ${crook * 2} 38`, style);
}

import type { Brush } from '../brush.js';
import type { Random } from '../random.js';
import { circle, d, ellipse, group, path, text, times } from '../svg.js';

const LEAF = ['#3f8f3a', '#2e6b34', '#6aa84f', '#84994a'] as const;

/** A blossom with its petals, alone or on a stem with leaves; or a tulip. */
export function flower(random: Random, brush: Brush): string {
  if (random.chance(0.2)) return stem(random, -10) + tulip(brush);
  if (random.chance(0.4)) return blossom(random, brush, random.between(42, 48));
  const radius = random.between(25, 30);
  const centre = radius - 50;
  const head = group(blossom(random, brush, radius), { transform: `translate(0 ${text(centre)})` });
  return stem(random, centre) + head;
}

function blossom(random: Random, brush: Brush, radius: number): string {
  const count = random.whole(5, 11);
  const heart = radius * random.between(0.22, 0.36);
  // So wide that neighbours touch, or a little less.
  const width = radius * Math.tan(Math.PI / count) * random.between(0.62, 0.85);
  const reach = radius - heart * 0.5;
  const middle = -(heart * 0.5 + reach / 2);
  const pointed = random.chance(0.35);
  const petal = (fill: string): string =>
    pointed
      ? path(
          d`M0 ${-heart * 0.4}Q${-width * 1.5} ${middle} 0 ${-radius}Q${width * 1.5} ${middle} 0 ${-heart * 0.4}Z`,
          { fill },
        )
      : ellipse(0, middle, width, reach / 2, { fill });
  const two = count % 2 === 0 && random.chance(0.3);
  const petals = times(count, (index) =>
    group(petal(two && index % 2 === 1 ? brush.second : brush.main), {
      transform: `rotate(${text((index * 360) / count)})`,
    }),
  );
  const seeds = times(6, (index) =>
    circle(
      Math.sin(index * 1.05) * heart * 0.55,
      Math.cos(index * 1.05) * heart * 0.55,
      heart * 0.12,
      { fill: brush.dark, stroke: 'none' },
    ),
  );
  const centre = random.chance(0.5) ? '#f2c230' : brush.third;
  return petals + circle(0, 0, heart, { fill: centre }) + (random.chance(0.5) ? seeds : '');
}

function stem(random: Random, from: number): string {
  const green = random.pick(LEAF);
  const bend = random.between(-8, 8);
  const leaf = (side: number, y: number): string =>
    path(
      d`M${bend * 0.4} ${y}Q${side * 8} ${y - 16} ${side * 26} ${y - 14}Q${side * 18} ${y + 2} ${bend * 0.4} ${y}Z`,
      {
        fill: green,
      },
    );
  return (
    path(d`M0 ${from}Q${bend} 20 0 50`, {
      fill: 'none',
      stroke: green,
      'stroke-width': random.between(3, 5),
    }) +
    (random.chance(0.85) ? leaf(random.sign(), random.between(30, 42)) : '') +
    (random.chance(0.5) ? leaf(random.sign(), random.between(26, 40)) : '')
  );
}

function tulip(brush: Brush): string {
  return (
    path(d`M0 -50Q14 -34 8 -8H-8Q-14 -34 0 -50Z`, { fill: brush.second }) +
    path(d`M-22 -46Q-4 -34 0 -4Q-24 -4 -22 -46Z`, { fill: brush.main }) +
    path(d`M22 -46Q4 -34 0 -4Q24 -4 22 -46Z`, { fill: brush.main })
  );
}

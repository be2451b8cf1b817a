import type { Brush } from '../brush.js';
import type { Random } from '../random.js';
import { circle, d, line, path, polygon, rect, times } from '../svg.js';

/** A sailing boat, or a steamer with its funnels; sometimes with a wave at its hull. */
export function boat(random: Random, brush: Brush): string {
  const content = random.chance(0.6) ? sailing(random, brush) : steamer(random, brush);
  return content + (random.chance(0.4) ? wave(random) : '');
}

function hull(random: Random, deck: number, fill: string): string {
  const [bow, stern] = [random.between(44, 50), random.between(38, 48)];
  const keel = random.between(22, 32);
  return random.chance(0.5)
    ? polygon(
        [
          [-stern, deck],
          [bow, deck],
          [keel, 40],
          [-keel, 40],
        ],
        { fill },
      )
    : path(d`M${-stern} ${deck}H${bow}Q${keel} 42 0 42T${-stern} ${deck}Z`, { fill });
}

function sailing(random: Random, brush: Brush): string {
  const deck = random.between(17, 23);
  const top = random.between(-50, -44);
  const mast = random.between(-8, 4);
  const boom = deck - random.between(4, 8);
  const pole = line(mast, deck, mast, top, { stroke: brush.dark, 'stroke-width': 2.4 });
  const bent = random.between(0, 9);
  const sail = path(
    d`M${mast + 2} ${top + 4}Q${mast + 20 + bent} ${boom - 22} ${random.between(34, 42)} ${boom}H${mast + 2}Z`,
    { fill: brush.second },
  );
  const jib = path(
    d`M${mast - 2} ${top + random.between(4, 18)}Q${mast - 12 - bent} ${boom - 15} ${-random.between(30, 40)} ${boom}H${mast - 2}Z`,
    { fill: random.chance(0.5) ? brush.second : brush.light },
  );
  const flag = polygon(
    [
      [mast, top],
      [mast + 12 * random.sign(), top + 4],
      [mast, top + 8],
    ],
    {
      fill: brush.third,
    },
  );
  return (
    pole +
    sail +
    (random.chance(0.7) ? jib : '') +
    (random.chance(0.4) ? flag : '') +
    hull(random, deck, brush.main)
  );
}

function steamer(random: Random, brush: Brush): string {
  const deck = random.between(12, 18);
  const height = random.between(12, 18);
  const funnels = random.whole(1, 3);
  const cabin = rect(-28, deck - height, 50, height, { fill: brush.light });
  const chimneys = times(funnels, (index) => {
    const x = -20 + index * 14;
    return (
      rect(x, deck - height - 18, 8, 18, { fill: brush.second }) +
      rect(x, deck - height - 14, 8, 4, { fill: brush.dark, stroke: 'none' })
    );
  });
  const smoke = times(random.whole(0, 3), (index) =>
    circle(-18 - index * 8, deck - height - 24 - index * 6, 4 + index * 1.5, {
      fill: '#9a9a9e',
      stroke: 'none',
      opacity: 0.75,
    }),
  );
  const windows = times(5, (index) =>
    rect(-24 + index * 9.5, deck - height + 4, 5, 5, { fill: brush.dark, stroke: 'none' }),
  );
  const portholes = times(4, (index) =>
    circle(-20 + index * 13, deck + 10, 2.6, { fill: brush.light }),
  );
  return smoke + chimneys + cabin + windows + hull(random, deck, brush.main) + portholes;
}

function wave(random: Random): string {
  const y = random.between(34, 38);
  return path(d`M-50 ${y}Q-42 ${y - 7} -33 ${y}T-17 ${y}T0 ${y}T17 ${y}T33 ${y}T50 ${y}V48H-50Z`, {
    fill: random.pick(['#2f7fb8', '#4aa3c7', '#1d5f8a', '#6fb7b0']),
    stroke: 'none',
  });
}

import { anyColour, css, difference, hsl, mix, type Colour } from './colour.js';
import type { PaintBox } from './paint.js';
import type { Random } from './random.js';
import { circle, d, ellipse, line, path, polygon, rect, times } from './svg.js';

/** How different the ground and what is on it must look, by `difference`. */
const LEAST_CONTRAST = 200;

/** What lies behind an object that looks like `object`, over the whole picture. */
export function background(
  random: Random,
  box: PaintBox,
  object: Colour,
  width: number,
  height: number,
): string {
  const ground = contrasting(random, object);
  const other = mix(ground, contrasting(random, object), random.between(0.25, 0.9));
  const all = (fill: string): string => rect(0, 0, width, height, { fill });
  const kind = random.next();
  if (kind < 0.15) return all(css(ground));
  if (kind < 0.35) return all(box.gradient(ground, other));
  if (kind < 0.52) {
    const faint = mix(ground, other, random.between(0.2, 0.8));
    return all(box.pattern(ground, faint, random.between(0.05, 0.2) * width));
  }
  if (kind < 0.72) return landscape(random, box, object, width, height);
  if (kind < 0.8) return all(css(ground)) + room(random, other, width, height);
  return all(box.gradient(ground, other)) + clutter(random, ground, object, width, height);
}

/** One of these colours that an object is seen on, where a dozen tries find one. */
function contrasting(random: Random, object: Colour, from = anyColour): Colour {
  let colour = from(random);
  for (let tries = 12; tries > 0 && difference(colour, object) < LEAST_CONTRAST; tries -= 1) {
    colour = from(random);
  }
  return colour;
}

const skyColour = (random: Random): Colour =>
  hsl(
    random.pick([205, 205, 215, 30, 350, 240]),
    random.between(0.3, 0.8),
    random.between(0.5, 0.85),
  );

/** Sky, hills or the sea below it, perhaps a sun and clouds. */
function landscape(
  random: Random,
  box: PaintBox,
  object: Colour,
  width: number,
  height: number,
): string {
  const sky = contrasting(random, object, skyColour);
  const horizon = height * random.between(0.45, 0.85);
  const hue = random.pick([95, 120, 40, 200, 200, 25, 210]);
  const landColour = (): Colour => hsl(hue, random.between(0.15, 0.6), random.between(0.25, 0.65));
  const land = (): Colour => contrasting(random, object, landColour);
  const hill = (y: number, fill: Colour): string => {
    const bend = height * random.between(-0.15, 0.15);
    return path(
      d`M0 ${y}Q${width * 0.25} ${y - bend} ${width / 2} ${y}T${width} ${y}V${height}H0Z`,
      { fill: css(fill) },
    );
  };
  const sun = circle(
    width * random.between(0.1, 0.9),
    height * random.between(0.08, 0.3),
    width * random.between(0.04, 0.09),
    {
      fill: random.pick(['#fff3c4', '#ffd35c', '#ffffff']),
    },
  );
  const clouds = times(random.whole(0, 3), () =>
    ellipse(
      width * random.next(),
      height * random.between(0.05, 0.4),
      width * random.between(0.08, 0.2),
      height * random.between(0.02, 0.05),
      {
        fill: '#fff',
        opacity: random.between(0.3, 0.8),
      },
    ),
  );
  return (
    rect(0, 0, width, height, { fill: box.gradient(sky, mix(sky, [255, 255, 255], 0.6)) }) +
    (random.chance(0.4) ? sun : '') +
    clouds +
    (random.chance(0.5) ? hill(horizon - height * 0.1, land()) : '') +
    hill(horizon, land())
  );
}

/** A wall and a floor with boards. */
function room(random: Random, floor: Colour, width: number, height: number): string {
  const edge = height * random.between(0.6, 0.85);
  const boards = times(7, (index) =>
    line(width * (index / 6), edge, width * ((index / 6) * 1.6 - 0.3), height, {
      stroke: css(mix(floor, [0, 0, 0], 0.3)),
      'stroke-width': 1.5,
    }),
  );
  return rect(0, edge, width, height - edge, { fill: css(floor) }) + boards;
}

/** Shapes that mean nothing, in colours near the ground's. */
function clutter(
  random: Random,
  ground: Colour,
  object: Colour,
  width: number,
  height: number,
): string {
  return times(random.whole(5, 22), () => {
    const colour = mix(ground, contrasting(random, object), random.between(0.2, 0.75));
    return scrap(random, css(colour), width, height);
  });
}

/** One shape that means nothing, anywhere in the picture. */
function scrap(random: Random, fill: string, width: number, height: number): string {
  const [x, y] = [random.between(0, width), random.between(0, height)];
  const size = width * random.between(0.03, 0.14);
  const turned = { transform: `rotate(${random.whole(0, 359)} ${x.toFixed(1)} ${y.toFixed(1)})` };
  const stroke = { fill: 'none', stroke: fill, 'stroke-width': size * random.between(0.1, 0.35) };
  return random.pick([
    () => circle(x, y, size * 0.7, { fill }),
    () => circle(x, y, size * 0.7, stroke),
    () => rect(x, y, size * 1.6, size * random.between(0.4, 1.6), { fill, ...turned }),
    () => rect(x, y, size, size, { ...stroke, ...turned }),
    () =>
      polygon(
        [
          [x, y - size],
          [x + size, y + size],
          [x - size * 0.6, y + size],
        ],
        { fill, ...turned },
      ),
    () => line(x, y, x + size * 3, y, { ...stroke, ...turned }),
    () =>
      path(d`M${x - size} ${y}Q${x} ${y - size * 2} ${x + size} ${y}T${x + size * 3} ${y}`, {
        ...stroke,
        ...turned,
      }),
  ])();
}

import { background } from './background.js';
import { mixBrush } from './brush.js';
import type { DrawnClass } from './drawn-classes.js';
import { occluder } from './occluder.js';
import { PaintBox } from './paint.js';
import type { Random } from './random.js';
import { group, rect, text } from './svg.js';

/** A picture as SVG, with its size in pixels. */
export interface Composition {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

const SMALLEST = 160;
const LARGEST = 320;

/** Puts one object, somewhere and somehow, in front of something, perhaps behind something. */
export function composePicture(random: Random, { draw, hues, tilt }: DrawnClass): Composition {
  const width = random.whole(SMALLEST, LARGEST);
  const wanted = Math.round(width * random.between(0.8, 1.25));
  const height = Math.min(LARGEST, Math.max(SMALLEST, wanted));
  const box = new PaintBox(random);
  const brush = mixBrush(random, box, hues);
  const behind = background(random, box, brush.looks, width, height);

  const shorter = Math.min(width, height);
  const size = shorter * random.between(0.55, 0.97);
  // A large one may leave the picture by a little, a small one stays inside.
  const slack = (length: number): number => Math.max(0, (length - size) / 2) + size * 0.04;
  const x = width / 2 + slack(width) * near(random);
  const y = height / 2 + slack(height) * near(random);
  const scale = size / 100;
  const [wide, high] = [random.between(0.85, 1), random.between(0.85, 1)];
  const turned = random.chance(0.75) ? random.between(-tilt, tilt) : 0;
  const place = `translate(${text(x)} ${text(y)}) rotate(${text(turned)})`;
  const stretch = `skewX(${text(random.between(-8, 8))}) scale(${text(scale * wide * random.sign())} ${text(scale * high)})`;
  const content = draw(random, brush);
  const shadow = random.chance(0.25)
    ? group(group(content, { transform: stretch }), {
        transform: `translate(${text(size * 0.04)} ${text(size * 0.05)}) ${place}`,
        filter: 'url(#shadow)',
        opacity: 0.4,
      })
    : '';
  const object = group(
    group(content, { transform: stretch, ...brush.outline, 'stroke-linejoin': 'round' }),
    {
      transform: place,
    },
  );
  const before = random.chance(0.25)
    ? group(occluder(random, box, size), { transform: `translate(${text(x)} ${text(y)})` })
    : '';
  const light = random.chance(0.3) ? lighting(random, width, height) : '';
  const defs = `<defs>${box.definitions}${shadow === '' ? '' : SHADOW}${light === '' ? '' : LIGHT}</defs>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${defs}${behind}${shadow}${object}${before}${light}</svg>`;
  return { svg, width, height };
}

/** From -1 to 1, more often near 0. */
const near = (random: Random): number => (random.between(-1, 1) + random.between(-1, 1)) / 2;

/** Everything black, as strong as it is opaque. */
const SHADOW =
  '<filter id="shadow"><feColorMatrix type="matrix" values="0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0"/></filter>';
const LIGHT =
  '<linearGradient id="light"><stop offset="0" stop-color="#fff" stop-opacity="0.35"/><stop offset="0.5" stop-color="#888" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity="0.5"/></linearGradient>';

/** Brighter on one side, darker on the other. */
function lighting(random: Random, width: number, height: number): string {
  const [across, turn] = [Math.max(width, height) * 1.5, random.whole(0, 359)];
  return rect(-across / 2, -across / 2, across, across, {
    fill: 'url(#light)',
    transform: `translate(${text(width / 2)} ${text(height / 2)}) rotate(${turn})`,
  });
}

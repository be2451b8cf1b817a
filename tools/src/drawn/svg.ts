/** Attributes of an element, by their SVG names; numbers are written with two decimals at most. */
export type Attributes = Readonly<Record<string, string | number>>;

/** A number as SVG text, short. */
export function text(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function element(name: string, attributes: Attributes): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? text(value) : value}"`,
  );
  return `<${name}${written.join('')}/>`;
}

export const circle = (cx: number, cy: number, r: number, more: Attributes = {}): string =>
  element('circle', { cx, cy, r, ...more });

export const ellipse = (
  cx: number,
  cy: number,
  rx: number,
  ry: number,
  more: Attributes = {},
): string => element('ellipse', { cx, cy, rx, ry, ...more });

export const rect = (
  x: number,
  y: number,
  width: number,
  height: number,
  more: Attributes = {},
): string => element('rect', { x, y, width, height, ...more });

export const line = (
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  more: Attributes = {},
): string => element('line', { x1, y1, x2, y2, ...more });

/** A path from a template, whose numbers are written short: `path(d`M${x} ${y}…`, {fill})`. */
export const path = (d: string, more: Attributes = {}): string => element('path', { d, ...more });

/** Path data with its numbers written short. */
export function d(strings: TemplateStringsArray, ...values: readonly number[]): string {
  return String.raw({ raw: strings }, ...values.map(text));
}

export const polygon = (
  points: readonly (readonly [number, number])[],
  more: Attributes = {},
): string =>
  element('polygon', {
    points: points.map(([x, y]) => `${text(x)},${text(y)}`).join(' '),
    ...more,
  });

export const group = (content: string, attributes: Attributes): string =>
  `${element('g', attributes).slice(0, -2)}>${content}</g>`;

/** What `draw` makes of 0 to count − 1, one after the other. */
export const times = (count: number, draw: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => draw(index)).join('');

/** The point at an angle (in radians, clockwise from the top) and a distance around (0, 0). */
export const around = (angle: number, distance: number): [number, number] => [
  distance * Math.sin(angle),
  -distance * Math.cos(angle),
];

import type { Curve } from './render-curves.js';

/** Figures that share one scale. */
export interface TimelinePanel {
  readonly y: string;
  readonly curves: readonly Curve[];
}

/** Panels above one another over one axis of time; every scale is linear and begins at 0. */
export interface TimelinePlot {
  readonly x: string;
  readonly panels: readonly TimelinePanel[];
}

const WIDTH = 760;
const LEFT = 76;
const RIGHT = 600;
const FIRST_TOP = 64;
const PANEL_HEIGHT = 130;
const PANEL_GAP = 46;
const COLOURS = ['#4c78a8', '#e45756', '#72777d', '#54a24b'] as const;
/** How many lines of the grid a scale has about. */
const STEPS = 4;
const STYLE =
  'text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.grid{stroke:#d0d7de}' +
  'polyline{fill:none;stroke-width:2}';

/** Draws a timeline, with the names of the curves at the side. */
export function renderTimeline(title: string, { x, panels }: TimelinePlot): string {
  const height = FIRST_TOP + panels.length * (PANEL_HEIGHT + PANEL_GAP) + 10;
  const times = axis(panels.flatMap(({ curves }) => values(curves, 0)));
  const toX = (value: number): number => LEFT + (value / times.most) * (RIGHT - LEFT);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(title)}">`,
    `<style>${STYLE}</style>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text class="title" x="8" y="22">${escapeText(title)}</text>`,
    ...panels.flatMap((panel, index) =>
      drawPanel(panel, FIRST_TOP + index * (PANEL_HEIGHT + PANEL_GAP), times.ticks, toX),
    ),
    `<text x="${(LEFT + RIGHT) / 2}" y="${height - 8}" text-anchor="middle">${escapeText(x)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel(
  { y, curves }: TimelinePanel,
  top: number,
  times: readonly number[],
  toX: (value: number) => number,
): string[] {
  const bottom = top + PANEL_HEIGHT;
  const { most, ticks } = axis(values(curves, 1));
  const toY = (value: number): number => bottom - (value / most) * PANEL_HEIGHT;
  return [
    `<text x="8" y="${top - 12}">${escapeText(y)}</text>`,
    ...ticks.map(
      (value) =>
        `<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${px(toY(value))}" y2="${px(toY(value))}"/><text x="${LEFT - 8}" y="${px(toY(value) + 4)}" text-anchor="end">${value.toLocaleString('en')}</text>`,
    ),
    ...times.map(
      (value) =>
        `<text x="${px(toX(value))}" y="${bottom + 16}" text-anchor="middle">${value.toLocaleString('en')}</text>`,
    ),
    ...curves.flatMap(({ name, points }, index) => {
      const colour = COLOURS[index % COLOURS.length];
      const middle = top + 12 + index * 22;
      return [
        `<polyline stroke="${colour}" points="${points.map(([at, value]) => `${px(toX(at))},${px(toY(value))}`).join(' ')}"/>`,
        `<rect x="${RIGHT + 16}" y="${middle - 6}" width="12" height="12" fill="${colour}"/>`,
        `<text x="${RIGHT + 34}" y="${middle + 4}">${escapeText(name)}</text>`,
      ];
    }),
  ];
}

function values(curves: readonly Curve[], part: 0 | 1): number[] {
  return curves.flatMap(({ points }) => points.map((point) => point[part]));
}

/** Round numbers from 0 on, the last one at or above the greatest value. */
function axis(all: readonly number[]): { readonly most: number; readonly ticks: number[] } {
  const greatest = Math.max(...all, Number.MIN_VALUE);
  const rough = greatest / STEPS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const count = Math.ceil(greatest / step);
  return {
    most: count * step,
    ticks: Array.from({ length: count + 1 }, (_, index) => index * step),
  };
}

const px = (value: number): string => value.toFixed(1);

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}

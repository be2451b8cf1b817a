/** A line of a plot. */
export interface Curve {
  readonly name: string;
  /** Ascending by their first value. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Lines over one pair of axes: the first values on a logarithmic scale, the second on a linear one. */
export interface CurvePlot {
  readonly x: string;
  readonly y: string;
  readonly curves: readonly Curve[];
}

const WIDTH = 760;
const HEIGHT = 420;
const AREA = { left: 60, right: 600, top: 64, bottom: 370 } as const;
const COLOURS = ['#4c78a8', '#e45756', '#72777d', '#54a24b'] as const;
const X_STEPS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 144] as const;
const Y_STEP = 2;
const STYLE =
  'text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.grid{stroke:#d0d7de}' +
  'polyline{fill:none;stroke-width:2}';

/** Draws curves, every measured point as a dot, with a name at the side. */
export function renderCurves(title: string, { x, y, curves }: CurvePlot): string {
  const points = curves.flatMap((curve) => curve.points);
  const [left, right] = range(points.map(([value]) => Math.log(value)));
  const [lowest] = range(points.map(([, value]) => value));
  const bottom = Math.floor(lowest / Y_STEP) * Y_STEP;
  const top = 100;
  const toX = (value: number): number =>
    AREA.left + ((Math.log(value) - left) / (right - left)) * (AREA.right - AREA.left);
  const toY = (value: number): number =>
    AREA.bottom - ((value - bottom) / (top - bottom)) * (AREA.bottom - AREA.top);
  const columns = X_STEPS.filter((value) => Math.log(value) >= left && Math.log(value) <= right);
  const rows = Array.from(
    { length: Math.floor((top - bottom) / Y_STEP) + 1 },
    (_, step) => bottom + step * Y_STEP,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(title)}">`,
    `<style>${STYLE}</style>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text class="title" x="8" y="22">${escapeText(title)}</text>`,
    ...columns.map(
      (value) =>
        `<line class="grid" x1="${px(toX(value))}" x2="${px(toX(value))}" y1="${AREA.top}" y2="${AREA.bottom}"/><text x="${px(toX(value))}" y="${AREA.bottom + 18}" text-anchor="middle">${value}</text>`,
    ),
    ...rows.map(
      (value) =>
        `<line class="grid" x1="${AREA.left}" x2="${AREA.right}" y1="${px(toY(value))}" y2="${px(toY(value))}"/><text x="${AREA.left - 8}" y="${px(toY(value) + 4)}" text-anchor="end">${value}</text>`,
    ),
    `<text x="${(AREA.left + AREA.right) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${escapeText(x)} (logarithmic)</text>`,
    `<text x="8" y="${AREA.top - 18}">${escapeText(y)}</text>`,
    ...curves.flatMap((curve, index) => {
      const colour = COLOURS[index % COLOURS.length];
      const spots = curve.points.map(([a, b]) => [px(toX(a)), px(toY(b))] as const);
      const middle = AREA.top + 12 + index * 22;
      return [
        `<polyline stroke="${colour}" points="${spots.map((spot) => spot.join()).join(' ')}"/>`,
        ...spots.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`),
        `<rect x="${AREA.right + 16}" y="${middle - 6}" width="12" height="12" fill="${colour}"/>`,
        `<text x="${AREA.right + 34}" y="${middle + 4}">${escapeText(curve.name)}</text>`,
      ];
    }),
    '</svg>',
    '',
  ].join('\n');
}

const px = (value: number): string => value.toFixed(1);

function range(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}

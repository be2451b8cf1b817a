import type { Axis } from './axis.js';
import { escapeText } from './escape-text.js';
import { px } from './plot-frame.js';

/** The place of a panel on a drawing, in pixels. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A line of a panel. */
export interface Curve {
  readonly name: string;
  /** Which of the two colours it has. */
  readonly look: 'a' | 'b';
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Curves over one pair of axes. */
export interface Panel {
  readonly head: string;
  readonly xName: string;
  readonly area: Area;
  readonly x: Axis;
  readonly y: Axis;
  readonly curves: readonly Curve[];
  /** A value of x that a dashed line marks. */
  readonly marked: number;
  /** How values of y are written. */
  readonly write: (value: number) => string;
}

/** More points than this are a line without dots. */
const MOST_DOTS = 40;

/** A letter of a legend is about this wide. */
const LETTER = 6;

/** The elements of a panel: grid, curves with their values as tooltips, and a legend above. */
export function drawPanel(panel: Panel): string[] {
  const { area, x, y, curves, write } = panel;
  const marked = px(x.at(panel.marked));
  return [
    `<text class="head" x="${area.left}" y="${area.top - 14}">${escapeText(panel.head)}</text>`,
    ...legend(panel),
    ...y.ticks.map((tick) => {
      const at = y.at(tick);
      return `<line class="grid" x1="${area.left}" x2="${area.right}" y1="${px(at)}" y2="${px(at)}"/><text x="${area.left - 6}" y="${px(at + 4)}" text-anchor="end">${write(tick)}</text>`;
    }),
    ...x.ticks.map(
      (tick) =>
        `<text x="${px(x.at(tick))}" y="${area.bottom + 18}" text-anchor="middle">${tick}</text>`,
    ),
    `<text x="${px((area.left + area.right) / 2)}" y="${area.bottom + 36}" text-anchor="middle">${escapeText(panel.xName)}</text>`,
    `<line class="mark" x1="${marked}" x2="${marked}" y1="${area.top}" y2="${area.bottom}"/>`,
    ...curves.flatMap((curve) => drawCurve(curve, panel)),
  ];
}

function drawCurve({ name, look, points }: Curve, { x, y, xName, write }: Panel): string[] {
  const drawn = points.filter((point) => point.every(Number.isFinite));
  const spots = drawn.map(([a, b]) => [px(x.at(a)), px(y.at(b))] as const);
  const line = `<polyline class="${look}" points="${spots.map((spot) => spot.join()).join(' ')}"/>`;
  if (drawn.length > MOST_DOTS) return [line];
  const dots = drawn.map(([a, b], index) => {
    const [cx, cy] = spots[index] ?? ['0', '0'];
    const words = escapeText(`${name}, ${xName} ${a}: ${write(b)}`);
    return `<circle class="${look}" cx="${cx}" cy="${cy}" r="2.5"><title>${words}</title></circle>`;
  });
  return [line, ...dots];
}

/** Names and colours from the right edge to the left. */
function legend({ area, curves }: Panel): string[] {
  let end = area.right;
  return [...curves].reverse().map(({ name, look }) => {
    const text = `<text x="${end}" y="${area.top - 14}" text-anchor="end">${escapeText(name)}</text>`;
    const dot = end - 10 - LETTER * name.length;
    end = dot - 18;
    return `${text}<circle class="${look}" cx="${px(dot)}" cy="${area.top - 18}" r="4"/>`;
  });
}

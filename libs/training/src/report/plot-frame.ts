import { escapeText } from './escape-text.js';

/**
 * The looks of every plot. Light first, as programs that draw SVG outside a browser know no media queries;
 * the background is drawn too, so that a plot is legible on any page.
 */
const LIGHT = [
  '.plot text{font:12px system-ui,sans-serif;fill:#57606a}',
  '.plot .back{fill:#fff}',
  '.plot .head{font-size:13px;font-weight:600;fill:#1f2328}',
  '.plot .name{fill:#1f2328}',
  '.plot .grid{stroke:#d8dee4;stroke-width:1}',
  '.plot .mark{stroke:#8c959f;stroke-width:1;stroke-dasharray:3 3}',
  '.plot polyline{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}',
  '.plot .a{stroke:#0969da;fill:#0969da}',
  '.plot .b{stroke:#bc4c00;fill:#bc4c00}',
  '.plot polyline.a,.plot polyline.b{fill:none}',
  '.plot .empty{fill:#f6f8fa}',
  '.plot .right{fill:#0969da}',
  '.plot .wrong{fill:#d1600a}',
  '.plot .others{fill:#8c959f}',
  '.plot .cell{font-size:11px;text-anchor:middle}',
  '.plot .bold{fill:#fff}',
];
const DARK = [
  '.plot text{fill:#9198a1}',
  '.plot .back{fill:#0d1117}',
  '.plot .head,.plot .name{fill:#f0f6fc}',
  '.plot .grid{stroke:#2a313c}',
  '.plot .mark{stroke:#6e7681}',
  '.plot .a{stroke:#58a6ff;fill:#58a6ff}',
  '.plot .b{stroke:#f0883e;fill:#f0883e}',
  '.plot polyline.a,.plot polyline.b{fill:none}',
  '.plot .empty{fill:#161b22}',
  '.plot .right{fill:#58a6ff}',
  '.plot .wrong{fill:#f0883e}',
  '.plot .bold{fill:#0d1117}',
];
const STYLE = `${LIGHT.join('')}@media(prefers-color-scheme:dark){${DARK.join('')}}`;

/**
 * An SVG that stands alone or within a page, in the colours that its reader's system prefers.
 *
 * @param title what those hear who do not see it.
 * @param body the elements of the drawing.
 */
export function plotFrame(
  title: string,
  width: number,
  height: number,
  body: readonly string[],
): string {
  const [w, h] = [px(width), px(height)];
  return [
    `<svg class="plot" xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img" aria-label="${escapeText(title)}">`,
    `<style>${STYLE}</style>`,
    '<rect class="back" width="100%" height="100%" rx="6"/>',
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

/** A length in pixels as it is written: with a tenth at most. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

import type { Reliability, ReliabilityBin } from '../evaluation/reliability.js';
import { escapeText } from './escape-text.js';
import { count, imageCount, percent } from './format-figures.js';
import { plotFrame, px } from './plot-frame.js';

const WIDTH = 460;
const HEIGHT = 440;
const SIDE = { left: 56, right: 440, top: 44, bottom: 300 } as const;
const COUNTS = { top: 322, bottom: 392 } as const;
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1] as const;

/**
 * Draws the share that is right over the scores: on the dashed diagonal scores say how sure they are. Below,
 * how many images have such scores.
 */
export function drawReliability(title: string, { bins }: Reliability): string {
  const most = Math.max(1, ...bins.map(({ images }) => images));
  return plotFrame(title, WIDTH, HEIGHT, [
    `<text class="head" x="${SIDE.left}" y="26">share that is right</text>`,
    ...TICKS.map((tick) => {
      const y = px(toY(tick));
      return `<line class="grid" x1="${SIDE.left}" x2="${SIDE.right}" y1="${y}" y2="${y}"/><text x="${SIDE.left - 6}" y="${px(toY(tick) + 4)}" text-anchor="end">${tick * 100} %</text>`;
    }),
    ...bins.map((bin) => drawBin(bin, most)),
    `<line class="mark" x1="${SIDE.left}" y1="${SIDE.bottom}" x2="${SIDE.right}" y2="${SIDE.top}"/>`,
    `<text x="${SIDE.left - 6}" y="${COUNTS.top + 10}" text-anchor="end">${count(most)}</text>`,
    `<line class="grid" x1="${SIDE.left}" x2="${SIDE.right}" y1="${COUNTS.bottom}" y2="${COUNTS.bottom}"/>`,
    `<text x="${SIDE.left - 6}" y="${COUNTS.bottom}" text-anchor="end">0</text>`,
    ...TICKS.map(
      (tick) =>
        `<text x="${px(toX(tick))}" y="${COUNTS.bottom + 18}" text-anchor="middle">${tick * 100} %</text>`,
    ),
    `<text x="${(SIDE.left + SIDE.right) / 2}" y="${COUNTS.bottom + 36}" text-anchor="middle">score of the first prediction; images with such scores</text>`,
  ]);
}

function drawBin({ from, to, images, accuracy, meanScore }: ReliabilityBin, most: number): string {
  if (accuracy === null || meanScore === null) return '';
  const left = toX(from) + 1;
  const width = px(toX(to) - toX(from) - 2);
  const tall = (COUNTS.bottom - COUNTS.top) * (images / most);
  const words = `scores ${percent(from)} to ${percent(to)}: ${imageCount(images)}, ${percent(accuracy)} right, mean score ${percent(meanScore)}`;
  return [
    `<g><title>${escapeText(words)}</title>`,
    `<rect class="right" x="${px(left)}" y="${px(toY(accuracy))}" width="${width}" height="${px(SIDE.bottom - toY(accuracy))}" fill-opacity="0.75"/>`,
    `<circle class="b" cx="${px(toX(meanScore))}" cy="${px(toY(accuracy))}" r="3.5"/>`,
    `<rect class="others" x="${px(left)}" y="${px(COUNTS.bottom - tall)}" width="${width}" height="${px(tall)}"/></g>`,
  ].join('');
}

const toX = (score: number): number => SIDE.left + score * (SIDE.right - SIDE.left);
const toY = (share: number): number => SIDE.bottom - share * (SIDE.bottom - SIDE.top);

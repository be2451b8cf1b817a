import { shuffled, type Random } from './seeded-random.js';

/** How far brightness, contrast and saturation may be from what they were. */
const STRENGTH = 0.4;
/** How bright the colours seem (Rec. 601). */
const LUMA = [0.299, 0.587, 0.114] as const;

type Rgb = readonly [number, number, number];

/** A change of colours: a matrix, row by row, and what is added. */
interface ColourChange {
  readonly matrix: readonly [Rgb, Rgb, Rgb];
  readonly added: Rgb;
}

/** What is done to the colours of a picture. */
export interface ColourStep {
  readonly kind: 'brightness' | 'contrast' | 'saturation';
  /** 1 leaves all as it is. */
  readonly factor: number;
}

/** Brightness, contrast and saturation in a random order, each times 0.6 to 1.4 (after Howard 2013). */
export function drawColourSteps(random: Random): ColourStep[] {
  return shuffled(['brightness', 'contrast', 'saturation'] as const, random).map((kind) => ({
    kind,
    factor: 1 + STRENGTH * (2 * random() - 1),
  }));
}

/**
 * Changes the colours of a picture where they lie. The steps are linear, so they are done as one; what leaves
 * 0 to 255 on the way comes back, and only the end is cut off.
 *
 * @param pixels RGB
 */
export function changeColours(pixels: Uint8Array, steps: readonly ColourStep[]): void {
  const { matrix, added } = combined(steps, meanColour(pixels));
  const [[rr, rg, rb], [gr, gg, gb], [br, bg, bb]] = matrix;
  const [r0, g0, b0] = added;
  const clamped = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length);
  for (let at = 0; at < pixels.length; at += 3) {
    const r = pixels[at] ?? 0;
    const g = pixels[at + 1] ?? 0;
    const b = pixels[at + 2] ?? 0;
    clamped[at] = rr * r + rg * g + rb * b + r0;
    clamped[at + 1] = gr * r + gg * g + gb * b + g0;
    clamped[at + 2] = br * r + bg * g + bb * b + b0;
  }
}

function meanColour(pixels: Uint8Array): Rgb {
  let [r, g, b] = [0, 0, 0];
  for (let at = 0; at < pixels.length; at += 3) {
    r += pixels[at] ?? 0;
    g += pixels[at + 1] ?? 0;
    b += pixels[at + 2] ?? 0;
  }
  const count = Math.max(1, pixels.length / 3);
  return [r / count, g / count, b / count];
}

function combined(steps: readonly ColourStep[], mean: Rgb): ColourChange {
  let change: ColourChange = {
    matrix: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    added: [0, 0, 0],
  };
  for (const step of steps) change = after(change, changeOf(step, applied(change, mean)));
  return change;
}

/** @param mean the picture's mean colour before the step. */
function changeOf({ kind, factor }: ColourStep, mean: Rgb): ColourChange {
  const rest = 1 - factor;
  const grey = kind === 'contrast' ? rest * dot(LUMA, mean) : 0;
  const row = (channel: number): Rgb => {
    const mixed = LUMA.map(
      (luma, index) => (kind === 'saturation' ? rest * luma : 0) + (index === channel ? factor : 0),
    );
    return [mixed[0] ?? 0, mixed[1] ?? 0, mixed[2] ?? 0];
  };
  return { matrix: [row(0), row(1), row(2)], added: [grey, grey, grey] };
}

/** The first change, then the second. */
function after(first: ColourChange, second: ColourChange): ColourChange {
  const column = (index: 0 | 1 | 2): Rgb => [
    first.matrix[0][index],
    first.matrix[1][index],
    first.matrix[2][index],
  ];
  const row = (one: Rgb): Rgb => [dot(one, column(0)), dot(one, column(1)), dot(one, column(2))];
  const [r, g, b] = second.matrix;
  return { matrix: [row(r), row(g), row(b)], added: applied(second, first.added) };
}

function applied({ matrix, added }: ColourChange, colour: Rgb): Rgb {
  const [r, g, b] = matrix;
  return [dot(r, colour) + added[0], dot(g, colour) + added[1], dot(b, colour) + added[2]];
}

const dot = (a: Rgb, b: Rgb): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** The curve offset + height · σ(middle − slope · t), σ the logistic function. */
export interface LogisticCurve {
  readonly offset: number;
  readonly height: number;
  readonly middle: number;
  readonly slope: number;
}

/** Where the curve is compared with the power; closer together at the low end, where most values lie. */
const POINTS = 200;
const MIDDLES = grid(-4, 0, 0.25);
const SLOPES = grid(0.02, 3, 0.02);

/**
 * The logistic curve nearest to (1 + t)^−exponent for t from 0 to `reach`. ONNX Runtime has the logistic
 * function of a byte as a look-up, and no power.
 *
 * Middle and slope are tried on a grid; offset and height follow by least squares of the relative error, which
 * counts less the larger t is, since such values are rare. The offset stays from 0 to 1, so that a byte
 * may stand for it.
 */
export function fitPower(exponent: number, reach: number): LogisticCurve {
  const ts = Array.from({ length: POINTS + 1 }, (_, index) => reach * (index / POINTS) ** 2);
  const powers = ts.map((t) => (1 + t) ** -exponent);
  const weights = ts.map((t, index) => 1 / ((powers[index] ?? 1) ** 2 * (1 + t * t)));
  let best: LogisticCurve = { offset: 0, height: 1, middle: 0, slope: 0 };
  let least = Number.POSITIVE_INFINITY;
  for (const middle of MIDDLES) {
    for (const slope of SLOPES) {
      const logistics = ts.map((t) => logistic(middle - slope * t));
      const { offset, height, error } = fitLine(logistics, powers, weights);
      if (error < least && offset >= 0 && offset <= 1) {
        least = error;
        best = { offset, height, middle, slope };
      }
    }
  }
  return best;
}

/** The value of a curve at t. */
export function curveAt({ offset, height, middle, slope }: LogisticCurve, t: number): number {
  return offset + height * logistic(middle - slope * t);
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function grid(from: number, to: number, step: number): readonly number[] {
  const length = Math.round((to - from) / step) + 1;
  return Array.from({ length }, (_, index) => from + index * step);
}

/** Weighted least squares of y ≈ offset + height · x, and the error that is left. */
function fitLine(
  xs: readonly number[],
  ys: readonly number[],
  weights: readonly number[],
): { offset: number; height: number; error: number } {
  let [sw, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0];
  for (const [index, w] of weights.entries()) {
    const [x, y] = [xs[index] ?? 0, ys[index] ?? 0];
    sw += w;
    sx += w * x;
    sy += w * y;
    sxx += w * x * x;
    sxy += w * x * y;
  }
  const height = (sw * sxy - sx * sy) / (sw * sxx - sx * sx);
  const offset = (sy - height * sx) / sw;
  const error = weights.reduce(
    (sum, w, index) => sum + w * (offset + height * (xs[index] ?? 0) - (ys[index] ?? 0)) ** 2,
    0,
  );
  return { offset, height, error };
}

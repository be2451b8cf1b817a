import { mostCrops, type Crops, type CropSettings } from '@cropline/contracts';
import { AgreementRule, plannedPositions, type CropPlan } from '@cropline/model';

/** How many crops of an image are run before it is looked at what they came to, time after time. */
export interface CropRounds {
  /** Crops of the plan, from the first on, that are run in any case. */
  readonly first: number;
  /**
   * @param scores of the first `done` crops, `done` × classes, softmax.
   * @returns how many crops are wanted in all; no more than `done` when these are enough.
   */
  next(scores: Float32Array, done: number): number;
}

/** Crops an image of `adaptive` is taken to come to while nothing is known of it. */
const EXPECTED_ADAPTIVE = 8;

/** The rounds of an image: of `adaptive` until its rule is content, of all others one. */
export function cropRounds(settings: CropSettings, plan: CropPlan, classes: number): CropRounds {
  const { crops } = plan;
  if (settings.policy !== 'adaptive') {
    return { first: crops.length, next: (_scores, done) => done };
  }
  return new AgreementRule({ agreement: settings.agreement, crops, classes });
}

/** Pictures that the device runs of an image under `dense`: four scales, each as it is and mirrored. */
const DENSE_PICTURES = 8;

/** How many crops an image is taken to come to before it is decoded. */
export function expectedCrops(crops: Crops): number {
  if (crops === 'dense') return DENSE_PICTURES;
  const most = mostCrops(crops);
  const adaptive = crops === 'adaptive' || (typeof crops === 'object' && 'policy' in crops);
  return adaptive ? Math.min(EXPECTED_ADAPTIVE, most) : most;
}

/** How many crops the scores of an image average over when `ran` of its plan were run; for `dense`, places. */
export function averagedCrops(crops: Crops, plan: CropPlan, ran: number): number {
  switch (plan.policy) {
    case 'adaptive':
      return ran;
    case 'dense':
      return plannedPositions(plan);
    default:
      return mostCrops(crops);
  }
}

/** The views that the crops `from` … `to` − 1 of a plan are cut from. */
export function viewsOf({ crops }: CropPlan, from: number, to: number): Set<number> {
  return new Set(crops.slice(from, to).map(({ view }) => view));
}

import { cropSettings, CroplineError, type Crops } from '@cropline/contracts';
import type { CropPlan, PixelSize, ResizeSpec } from './crop-plan.js';
import type { CropSlot } from './crop-slot.js';
import { planDense } from './plan-dense.js';
import { PlanDraft } from './plan-draft.js';
import { policySlots } from './policy-slots.js';

/**
 * The aspect ratio up to which the whole image is resized and the squares are cut from that. At 3 the
 * three squares tile the image; beyond it they leave gaps, which are not resized at all.
 */
const WHOLE_VIEW_MAX_RATIO = 3;

/**
 * A square of `side` × `side` pixels inside a view. A centre square may lie half a pixel between two
 * places; it is what is cut from it that is rounded (down), once.
 */
interface Square {
  readonly view: number;
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/**
 * Plans the crops of one image from its size alone: which resized pictures to make and where to cut.
 *
 * - `single`: the image resized as `spec` says, its centre.
 * - `ten`: the four corners and the centre of that picture, and their mirrors (Krizhevsky et al. 2012).
 * - `googlenet144`: shorter side 256, 288, 320, 352 (for an input of 224; in proportion for others) × three squares × (four corners, centre, the square
 *   resized to the input size) × mirror (Szegedy et al. 2014, section 7). The paper keeps the aspect
 *   ratio, so `spec.resize` and `spec.resizeTo` play no part.
 * - `adaptive`: the crops of the policy it stands in for, best first, as an `AgreementRule` wants them.
 * - `dense`: whole pictures, see `planDense`.
 * - a custom plan: a grid over the whole image at each of its scales, aspect ratio kept.
 *
 * Crops that coincide (all three squares of a square image do) are planned once, with their weights
 * added up, so a weighted mean over the plan is the policy's mean.
 *
 * Every view is bounded, whatever the image: up to an aspect ratio of 3 the whole image is resized once
 * a scale and the squares are cut from it. Beyond that each square is resized on its own, from the square
 * of original pixels it shows: its side is the image's shorter side, a whole number of pixels, so only
 * the centre square of an odd gap lies half an original pixel off. No view is larger than three squares
 * of its scale.
 *
 * @param image size in pixels, after EXIF orientation.
 * @throws RangeError when a size is not a positive integer; CroplineError `MODEL_UNSUPPORTED` when the input is
 *   larger than what a plan of one's own cuts it from.
 */
export function planCrops(crops: Crops, image: PixelSize, spec: ResizeSpec): CropPlan {
  const settings = cropSettings(crops);
  checkSizes(image, spec);
  if (settings.policy === 'dense') return planDense(image, spec);
  const size = spec.inputSize;
  const slots = policySlots(settings, image, spec);
  const cutFrom = Math.min(...slots.map(({ side }) => side));
  if (size > cutFrom) {
    throw new CroplineError(
      'MODEL_UNSUPPORTED',
      `Expected crops to be cut from ${String(size)} pixels or more, the input of this model, but ${settings.policy} resizes to ${String(cutFrom)}: choose larger scales`,
    );
  }
  const draft = new PlanDraft(image);
  for (const slot of slots) addSlot(draft, image, slot, size);
  return draft.finish(settings.policy, size);
}

function addSlot(draft: PlanDraft, image: PixelSize, slot: CropSlot, size: number): void {
  const { side, placement, mirrored } = slot;
  const square = placeSquare(draft, image, slot);
  if (placement === null) {
    draft.crop(wholeSquare(draft, square, size), 0, 0, mirrored);
    return;
  }
  const room = side - size;
  const left = wholePixels(square.left + placement.x * room);
  const top = wholePixels(square.top + placement.y * room);
  draft.crop(square.view, left, top, mirrored);
}

/** Rounds down; what falls short of a whole number by a rounding error, as thirds of a grid do, is that number. */
const wholePixels = (value: number): number => Math.floor(value + 1e-9);

function placeSquare(
  draft: PlanDraft,
  image: PixelSize,
  { resize, side, along }: CropSlot,
): Square {
  const square = { width: side, height: side };
  if (resize === 'warp') return { view: draft.view('image', null, square), left: 0, top: 0, side };
  const landscape = image.width >= image.height;
  const shorter = landscape ? image.height : image.width;
  const longer = landscape ? image.width : image.height;
  if (longer > WHOLE_VIEW_MAX_RATIO * shorter) {
    const offset = wholePixels(along * (longer - shorter));
    const box = {
      left: landscape ? offset : 0,
      top: landscape ? 0 : offset,
      width: shorter,
      height: shorter,
    };
    return { view: draft.view('image', box, square), left: 0, top: 0, side };
  }
  const length = Math.round((longer * side) / shorter);
  const whole = landscape ? { width: length, height: side } : { width: side, height: length };
  const offset = along * (length - side);
  return {
    view: draft.view('image', null, whole),
    left: landscape ? offset : 0,
    top: landscape ? 0 : offset,
    side,
  };
}

/** The view of a whole square, resized to `size`. */
function wholeSquare(draft: PlanDraft, square: Square, size: number): number {
  const { view: parent, side } = square;
  const box = {
    left: wholePixels(square.left),
    top: wholePixels(square.top),
    width: side,
    height: side,
  };
  return draft.view(parent, box, { width: size, height: size });
}

function checkSizes(image: PixelSize, spec: ResizeSpec): void {
  const { width, height } = image;
  const sizes = { width, height, inputSize: spec.inputSize, resizeTo: spec.resizeTo };
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`Expected a positive integer for ${name} but received ${String(value)}`);
    }
  }
}

import type { CropPolicyName } from '@cropline/contracts';
import type { CropPlan, PixelSize, ResizeSpec } from './crop-plan.js';
import { PlanDraft } from './plan-draft.js';

/** The shorter sides of the four scales of `googlenet144`, in pixels (Szegedy et al. 2014, section 7). */
const PAPER_SCALES = [256, 288, 320, 352] as const;

/**
 * The three squares of a scale along the longer side: left, centre, right of a landscape image; top,
 * centre, bottom of a portrait one.
 */
const SQUARES = ['start', 'centre', 'end'] as const;
type SquarePosition = (typeof SQUARES)[number];

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

/** Fractions of the room a crop has in its square, on both axes: four corners, centre. */
const CORNERS_AND_CENTRE = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: 1, y: 1 },
  { x: 0.5, y: 0.5 },
] as const;
type Placement = (typeof CORNERS_AND_CENTRE)[number];

/**
 * Plans the crops of one image from its size alone: which resized pictures to make and where to cut.
 *
 * - `single`: the image resized as `spec` says, its centre.
 * - `ten`: the four corners and the centre of that picture, and their mirrors (Krizhevsky et al. 2012).
 * - `googlenet144`: shorter side 256, 288, 320, 352 × three squares × (four corners, centre, the square
 *   resized to the input size) × mirror (Szegedy et al. 2014, section 7). The paper keeps the aspect
 *   ratio, so `spec.resize` and `spec.resizeTo` play no part.
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
 * @throws RangeError when a size is not a positive integer or the input is larger than what it is cut from.
 */
export function planCrops(policy: CropPolicyName, image: PixelSize, spec: ResizeSpec): CropPlan {
  checkSizes(policy, image, spec);
  const size = spec.inputSize;
  const draft = new PlanDraft(image);
  switch (policy) {
    case 'single': {
      const square = placeSquare(draft, image, spec.resize, spec.resizeTo, 'centre');
      addCrop(draft, square, { x: 0.5, y: 0.5 }, size, [false]);
      break;
    }
    case 'ten':
      for (const placement of CORNERS_AND_CENTRE) {
        const position = squareOf(placement, image);
        const square = placeSquare(draft, image, spec.resize, spec.resizeTo, position);
        addCrop(draft, square, placement, size, [false, true]);
      }
      break;
    case 'googlenet144':
      for (const scale of PAPER_SCALES) {
        for (const position of SQUARES) {
          const square = placeSquare(draft, image, 'shorter-side', scale, position);
          for (const placement of CORNERS_AND_CENTRE) {
            addCrop(draft, square, placement, size, [false, true]);
          }
          addWholeSquare(draft, square, size);
        }
      }
      break;
  }
  return draft.finish(policy, size);
}

/** A corner of the resized picture is the same corner of the square at that end of it. */
function squareOf(placement: Placement, image: PixelSize): SquarePosition {
  const along = image.width >= image.height ? placement.x : placement.y;
  if (along === 0.5) return 'centre';
  return along === 0 ? 'start' : 'end';
}

function placeSquare(
  draft: PlanDraft,
  image: PixelSize,
  resize: ResizeSpec['resize'],
  side: number,
  position: SquarePosition,
): Square {
  const square = { width: side, height: side };
  if (resize === 'warp') return { view: draft.view('image', null, square), left: 0, top: 0, side };
  const landscape = image.width >= image.height;
  const shorter = landscape ? image.height : image.width;
  const longer = landscape ? image.width : image.height;
  if (longer > WHOLE_VIEW_MAX_RATIO * shorter) {
    const offset = Math.floor(offsetOf(position, longer - shorter));
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
  const offset = offsetOf(position, length - side);
  return {
    view: draft.view('image', null, whole),
    left: landscape ? offset : 0,
    top: landscape ? 0 : offset,
    side,
  };
}

function offsetOf(position: SquarePosition, room: number): number {
  if (position === 'start') return 0;
  return position === 'end' ? room : room / 2;
}

function addCrop(
  draft: PlanDraft,
  square: Square,
  placement: Placement,
  size: number,
  mirrors: readonly boolean[],
): void {
  const room = square.side - size;
  const left = Math.floor(square.left + placement.x * room);
  const top = Math.floor(square.top + placement.y * room);
  for (const mirrored of mirrors) draft.crop(square.view, left, top, mirrored);
}

function addWholeSquare(draft: PlanDraft, square: Square, size: number): void {
  const { view: parent, side } = square;
  const box = {
    left: Math.floor(square.left),
    top: Math.floor(square.top),
    width: side,
    height: side,
  };
  const view = draft.view(parent, box, { width: size, height: size });
  for (const mirrored of [false, true]) draft.crop(view, 0, 0, mirrored);
}

function checkSizes(policy: CropPolicyName, image: PixelSize, spec: ResizeSpec): void {
  const cutFrom = policy === 'googlenet144' ? PAPER_SCALES[0] : spec.resizeTo;
  const { width, height } = image;
  const sizes = { width, height, inputSize: spec.inputSize, resizeTo: spec.resizeTo };
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`Expected a positive integer for ${name} but received ${String(value)}`);
    }
  }
  if (spec.inputSize > cutFrom) {
    throw new RangeError(
      `Expected inputSize of at most ${String(cutFrom)} for ${policy} but received ${String(spec.inputSize)}`,
    );
  }
}

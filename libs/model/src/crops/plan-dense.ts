import { TOTAL_STRIDE } from '../architecture/googlenet.js';
import { densePositions } from '../onnx/emit-dense-graph.js';
import type { CropPlan, PixelBox, PixelSize, ResizeSpec } from './crop-plan.js';
import { PlanDraft } from './plan-draft.js';
import { paperScales } from './policy-slots.js';

/** The aspect ratio up to which the whole image is one picture. */
const WHOLE_VIEW_MAX_RATIO = 3;

/** A picture that is run whole: what of the image it shows, and its size. */
interface DensePicture extends PixelSize {
  readonly box: PixelBox | null;
}

/**
 * Plans the pictures that the dense graph is to run: the whole image at the four scales of `googlenet144`,
 * each as it is and mirrored, all of the same weight. How an image is resized is the model's:
 *
 * - `warp`: to squares, as the model was trained, whatever the image's shape.
 * - `shorter-side`: with its aspect ratio, the longer side rounded to the step of the places. Beyond 3:1 the
 *   three squares of `googlenet144`, each a picture of its own, so that none grows without bounds.
 *
 * Each "crop" of the plan is the whole of its view, and the two of a view follow each other.
 */
export function planDense(image: PixelSize, spec: ResizeSpec): CropPlan {
  const draft = new PlanDraft(image);
  for (const paperScale of paperScales(spec.inputSize)) {
    const scale = Math.max(spec.inputSize, wholeSteps(paperScale));
    for (const { box, ...size } of picturesOf(image, spec.resize, scale)) {
      const view = draft.view('image', box, size);
      for (const mirrored of [false, true]) draft.crop(view, 0, 0, mirrored);
    }
  }
  return draft.finish('dense', spec.inputSize);
}

/** A length in pixels as a whole number of the steps between places. */
function wholeSteps(length: number): number {
  return Math.round(length / TOTAL_STRIDE) * TOTAL_STRIDE;
}

/** How many places a dense plan's scores average over, mirrors counted. */
export function plannedPositions({ views, crops, size }: CropPlan): number {
  return crops.reduce((sum, { view }) => {
    const picture = views[view];
    return picture === undefined ? sum : sum + densePositions(picture, size);
  }, 0);
}

function picturesOf(
  image: PixelSize,
  resize: ResizeSpec['resize'],
  scale: number,
): readonly DensePicture[] {
  const square = { width: scale, height: scale };
  if (resize === 'warp') return [{ box: null, ...square }];
  const landscape = image.width >= image.height;
  const shorter = Math.min(image.width, image.height);
  const longer = Math.max(image.width, image.height);
  if (longer > WHOLE_VIEW_MAX_RATIO * shorter) {
    return [0, 0.5, 1].map((along) => {
      const offset = Math.floor(along * (longer - shorter));
      const [left, top] = landscape ? [offset, 0] : [0, offset];
      return { box: { left, top, width: shorter, height: shorter }, ...square };
    });
  }
  const length = wholeSteps((longer * scale) / shorter);
  const [width, height] = landscape ? [length, scale] : [scale, length];
  return [{ box: null, width, height }];
}

import type { CropSettings } from '@cropline/contracts';
import { bestFirst } from './best-first.js';
import type { PixelSize, ResizeSpec } from './crop-plan.js';
import type { CropSlot, Placement } from './crop-slot.js';

/** The shorter sides of the four scales of `googlenet144`, in pixels (Szegedy et al. 2014, section 7). */
const PAPER_SCALES = [256, 288, 320, 352] as const;
const PAPER_INPUT = 224;

/** The scales for an input of this many pixels a side; the paper's is 224. */
export function paperScales(inputSize: number): readonly number[] {
  return PAPER_SCALES.map((scale) => Math.round((scale * inputSize) / PAPER_INPUT));
}

/** Its three squares: left, centre, right of a landscape image; top, centre, bottom of a portrait one. */
const SQUARES = [0, 0.5, 1] as const;

const CENTRE: Placement = { x: 0.5, y: 0.5 };

const CORNERS_AND_CENTRE: readonly Placement[] = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: 1, y: 1 },
  CENTRE,
];

const BOTH = [false, true] as const;

/**
 * The crops of a policy for an image, in the order in which they are run. Some may turn out to coincide.
 *
 * @param image only which side of it is longer plays a part.
 */
export function policySlots(
  settings: Exclude<CropSettings, { readonly policy: 'dense' }>,
  image: PixelSize,
  spec: ResizeSpec,
): CropSlot[] {
  const landscape = image.width >= image.height;
  /** A place in the whole picture is the same place in the square at that end of it. */
  const inPicture = (
    { resize, resizeTo: side }: Pick<ResizeSpec, 'resize' | 'resizeTo'>,
    placement: Placement,
    mirrored: boolean,
  ): CropSlot => {
    const along = landscape ? placement.x : placement.y;
    return { resize, side, along, placement, mirrored };
  };
  switch (settings.policy) {
    case 'single':
      return [inPicture(spec, CENTRE, false)];
    case 'ten':
      return CORNERS_AND_CENTRE.flatMap((placement) =>
        BOTH.map((mirrored) => inPicture(spec, placement, mirrored)),
      );
    case 'googlenet144':
      return paperScales(spec.inputSize).flatMap((side) =>
        SQUARES.flatMap((along) =>
          [...CORNERS_AND_CENTRE, null].flatMap((placement) =>
            BOTH.map((mirrored): CropSlot => ({
              resize: 'shorter-side',
              side,
              along,
              placement,
              mirrored,
            })),
          ),
        ),
      );
    case 'adaptive':
      return bestFirst(settings.upTo, policySlots({ policy: settings.upTo }, image, spec));
    case 'custom': {
      const { scales, grid, mirror } = settings;
      const places = Array.from({ length: grid }, (_, at) => (grid === 1 ? 0.5 : at / (grid - 1)));
      return scales.flatMap((resizeTo) =>
        places.flatMap((y) =>
          places.flatMap((x) =>
            (mirror ? BOTH : [false]).map((mirrored) =>
              inPicture({ resize: 'shorter-side', resizeTo }, { x, y }, mirrored),
            ),
          ),
        ),
      );
    }
  }
}

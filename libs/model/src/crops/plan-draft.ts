import type { CropSettings } from '@cropline/contracts';
import type { Crop, CropPlan, PixelBox, PixelSize, View } from './crop-plan.js';

/** Gathers views and crops; what is added twice is held once, a crop with the weights added up. */
export class PlanDraft {
  readonly #image: PixelSize;
  readonly #views: View[] = [];
  readonly #viewIndexes = new Map<string, number>();
  readonly #crops = new Map<string, Crop>();

  constructor(image: PixelSize) {
    this.#image = image;
  }

  /** The index of the view that resizes `box` of `parent` to `size`. */
  view(parent: View['parent'], box: PixelBox | null, size: PixelSize): number {
    const part = box !== null && this.#covers(parent, box) ? null : box;
    const key = [
      parent,
      part === null ? 'all' : [part.left, part.top, part.width, part.height],
      size.width,
      size.height,
    ].join();
    const known = this.#viewIndexes.get(key);
    if (known !== undefined) return known;
    const index = this.#views.push({ parent, box: part, width: size.width, height: size.height });
    this.#viewIndexes.set(key, index - 1);
    return index - 1;
  }

  crop(view: number, left: number, top: number, mirrored: boolean): void {
    const key = [view, left, top, mirrored].join();
    const weight = (this.#crops.get(key)?.weight ?? 0) + 1;
    this.#crops.set(key, { view, left, top, mirrored, weight });
  }

  finish(policy: CropSettings['policy'], size: number): CropPlan {
    const crops = [...this.#crops.values()];
    if (policy !== 'adaptive') crops.sort((a, b) => a.view - b.view);
    return { policy, views: this.#views, crops, size };
  }

  #covers(parent: View['parent'], box: PixelBox): boolean {
    const whole = parent === 'image' ? this.#image : this.#views[parent];
    return box.width === whole?.width && box.height === whole.height;
  }
}

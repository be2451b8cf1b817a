import type { CropPolicyName } from '@cropline/contracts';
import { planCrops, type CropBatch, type ResizeSpec } from '@cropline/model';
import { cutCrop } from '../crops/cut-crop.js';
import { decodeViews } from '../decode/decode-views.js';
import { readHeader } from '../decode/read-header.js';
import { cropBytes } from '../classifier/image-job.js';

/** All crops of one image as one batch, and how many of the policy's each stands for. */
export interface CutImage {
  readonly batch: CropBatch;
  readonly weights: readonly number[];
}

/**
 * The crops of an image exactly as inference sees them: decoded, planned and cut by the same code.
 *
 * @throws CroplineError `IMAGE_*` for a fault of the image
 */
export async function cutImage(
  bytes: Buffer,
  policy: CropPolicyName,
  spec: ResizeSpec,
  maxPixels: number,
): Promise<CutImage> {
  const header = await readHeader(bytes, maxPixels);
  const plan = planCrops(policy, header, spec);
  const pictures = await decodeViews(bytes, header, plan.views);
  const count = plan.crops.length;
  const size = cropBytes(plan.size);
  const pixels = new Uint8Array(count * size);
  for (const [index, crop] of plan.crops.entries()) {
    const picture = pictures[crop.view];
    if (picture !== undefined) cutCrop(picture, crop, plan.size, pixels, index * size);
  }
  const mirrored = Uint8Array.from(plan.crops, (crop) => Number(crop.mirrored));
  return { batch: { pixels, mirrored, count }, weights: plan.crops.map(({ weight }) => weight) };
}

import type { CropPolicyName } from '@cropline/contracts';
import { planCrops, type ModelInfo } from '@cropline/model';
import { cutCrop, decodeViews, readHeader } from '@cropline/pipeline';
import sharp from 'sharp';

const MAX_PIXELS = 1e8;
const RGB = 3;
const CAMERA_WIDTH = 4000;

/** What a decoder does with the bytes of one image. */
export type DecodeWork = (bytes: Buffer) => Promise<void>;

/** What a worker does before inference: header, plan, views, and every crop cut into the memory of a batch. */
export function ourWork(policy: CropPolicyName, info: ModelInfo): DecodeWork {
  const target = new Uint8Array(info.inputSize ** 2 * RGB);
  return async (bytes) => {
    const header = await readHeader(bytes, MAX_PIXELS);
    const plan = planCrops(policy, header, info);
    const pictures = await decodeViews(bytes, header, plan.views);
    for (const crop of plan.crops) {
      const picture = pictures[crop.view];
      if (picture !== undefined) cutCrop(picture, crop, plan.size, target, 0);
    }
  };
}

/**
 * What most people write for one crop: the whole image decoded at its own size, then resized from pixels, then
 * the centre cut out. Nothing is decoded smaller than it is.
 */
export const plainWork: DecodeWork = async (bytes) => {
  const { data, info } = await sharp(bytes)
    .autoOrient()
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  await sharp(data, { raw: { width: info.width, height: info.height, channels: RGB } })
    .resize(256, 256, { fit: 'fill', kernel: 'cubic' })
    .extract({ left: 16, top: 16, width: 224, height: 224 })
    .raw()
    .toBuffer();
};

/** The same pictures as from a camera: JPEGs of 4,000 pixels across. */
export function likeFromCameras(images: readonly Buffer[]): Promise<Buffer[]> {
  return Promise.all(
    images.map((bytes) => sharp(bytes).resize({ width: CAMERA_WIDTH }).jpeg().toBuffer()),
  );
}

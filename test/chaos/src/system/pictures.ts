import { createHash } from 'node:crypto';
import { DRAWN_CLASSES, drawPicture } from '@cropline/tools';

/** A picture of the load, and what a result must say of it. */
export interface Picture {
  /** `<0 to 11>.jpg` */
  readonly name: string;
  readonly bytes: Buffer;
  /** `sha256:…` of its bytes. */
  readonly digest: string;
}

/** One picture of each class that is drawn. */
export async function drawnPictures(): Promise<Picture[]> {
  return Promise.all(
    DRAWN_CLASSES.map(async (drawnClass, index) => {
      const bytes = await drawPicture(1, drawnClass, index);
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      return { name: `${index}.jpg`, bytes, digest };
    }),
  );
}

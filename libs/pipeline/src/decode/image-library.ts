import sharp from 'sharp';

/**
 * sharp, set up for this package; nothing else in it imports sharp itself. The settings hold for the
 * whole process, as libvips keeps them there.
 *
 * - Only the loaders of the formats that are decoded are left: SVG, PDF, ImageMagick and the rest
 *   would hand a stranger's bytes to interpreters, and are refused before they see any.
 * - No cache: every image is decoded once, and what a cache held would come on top of the bounds.
 * - One thread a decode: several images decode side by side, which keeps all cores busy without
 *   threads that wait for each other.
 */
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadWebp',
    'VipsForeignLoadHeif',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadTiff',
  ],
});
sharp.cache(false);
sharp.concurrency(1);

export { sharp };

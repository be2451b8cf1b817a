/** How fast some work on images was, and what it cost. */
export interface WorkFigures {
  readonly imagesPerSecond: number;
  /** Time of one core, on whatever thread, in milliseconds. */
  readonly cpuMsAnImage: number;
}

/**
 * Does work on every image, over and over in whole passes until `leastMs` are over, with `atOnce` of them under
 * way all the time.
 */
export async function timeWork<Image>(
  images: readonly Image[],
  atOnce: number,
  leastMs: number,
  work: (image: Image) => Promise<unknown>,
): Promise<WorkFigures> {
  const started = performance.now();
  const cpu = process.cpuUsage();
  let begun = 0;
  let wanted = images.length;
  const serve = async (): Promise<void> => {
    for (;;) {
      if (begun === wanted && performance.now() - started < leastMs) wanted += images.length;
      const image = images[begun % images.length];
      if (begun >= wanted || image === undefined) return;
      begun += 1;
      await work(image);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, serve));
  const { user, system } = process.cpuUsage(cpu);
  return {
    imagesPerSecond: (begun * 1000) / (performance.now() - started),
    cpuMsAnImage: (user + system) / 1000 / begun,
  };
}

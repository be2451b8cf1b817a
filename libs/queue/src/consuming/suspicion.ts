/** A chunk whose worker died this often while no image of it ran alone ends as failed. */
export const CHUNK_DEATHS = 20;

/** An image that ran alone when its worker died, so often, is given up. */
export const IMAGE_DEATHS = 2;

/**
 * What is known of a chunk over which a worker died, perhaps because of one of its images. It is kept as the
 * progress of the chunk's job, and so is gone with it; whoever loses it finds the image again.
 */
export interface Suspicion {
  /** How often a worker had died over the chunk when this was written. */
  readonly deaths: number;
  /** The position of the image that is decoded and classified alone; null when none is. */
  readonly running: number | null;
  /** How often a worker died while an image ran alone, by position. */
  readonly blamed: Readonly<Record<string, number>>;
}

/**
 * What is known when a chunk is taken: if another worker has died since the last note, the image that ran
 * alone then is to blame. One that was handed back, or whose attempt threw, blames nobody.
 *
 * @param progress of the chunk's job.
 * @param deaths how often a worker has died over the chunk, or was thought to have.
 * @returns null when none has: the chunk is beyond suspicion.
 */
export function suspicionOf(progress: unknown, deaths: number): Suspicion | null {
  if (deaths === 0) return null;
  const noted = isSuspicion(progress) ? progress : { deaths, running: null, blamed: {} };
  const { running, blamed } = noted;
  if (running === null || deaths <= noted.deaths) return { deaths, running: null, blamed };
  const times = (blamed[running] ?? 0) + 1;
  return { deaths, running: null, blamed: { ...blamed, [running]: times } };
}

/** How often a worker died without an image to blame. */
export function unexplainedDeaths({ deaths, blamed }: Suspicion): number {
  return deaths - Object.values(blamed).reduce((sum, times) => sum + times, 0);
}

function isSuspicion(progress: unknown): progress is Suspicion {
  return typeof progress === 'object' && progress !== null && 'blamed' in progress;
}

/** How the rate falls over the epochs: the paper's steps, or to nothing along half a cosine. */
export type RateDecay = 'step' | 'cosine';

/** The paper's: 4 % less every 8 epochs. */
const STEP_DECAY = 0.96;
const STEP_EPOCHS = 8;

/**
 * The rate of an epoch. `step` takes 4 % off every 8 epochs (Szegedy et al. 2014, section 6); `cosine` suits
 * trainings that are too short for that (Loshchilov and Hutter 2017, arXiv 1608.03983, without restarts).
 *
 * @param first the rate of the first epoch
 * @param epoch from 1
 * @param epochs how many there are
 */
export function rateOfEpoch(
  decay: RateDecay,
  first: number,
  epoch: number,
  epochs: number,
): number {
  return decay === 'step'
    ? first * STEP_DECAY ** Math.floor((epoch - 1) / STEP_EPOCHS)
    : (first * (1 + Math.cos((Math.PI * (epoch - 1)) / epochs))) / 2;
}

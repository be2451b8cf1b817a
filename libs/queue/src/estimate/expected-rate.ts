import { cropSettings, mostCrops, type BatchEstimate, type Crops } from '@cropline/contracts';
import type { MeasuredRate } from './measured-rates.js';

/** How fast images would be classified, and what that was measured on. */
export type ExpectedRate = Pick<BatchEstimate, 'imagesPerSecond' | 'basis'>;

/**
 * How fast images with these crops would be classified.
 *
 * What runs now tells best what the workers there are now can do: batches that run side by side share them, so
 * their rates add up. Else the last batch with the same crops does, else the last one. The rate of other crops
 * is scaled by how many there are of them, as if an image took no time beside them.
 *
 * @param running Batches that run, with rates that are known.
 * @param last Batches that are done, the latest first.
 */
export function expectedRate(
  crops: Crops,
  running: readonly MeasuredRate[],
  last: readonly MeasuredRate[],
): ExpectedRate {
  const latest = last.find((rate) => sameCrops(rate.crops, crops)) ?? last[0];
  const measured = running.length > 0 ? running : latest === undefined ? [] : [latest];
  if (measured.length === 0) return { imagesPerSecond: null, basis: 'none' };
  const same = measured.every((rate) => sameCrops(rate.crops, crops));
  const sum = measured.reduce((total, rate) => {
    const scale = sameCrops(rate.crops, crops) ? 1 : mostCrops(rate.crops) / mostCrops(crops);
    return total + rate.imagesPerSecond * scale;
  }, 0);
  return {
    imagesPerSecond: Math.round(sum * 100) / 100,
    basis: same ? 'same_crops' : 'other_crops',
  };
}

function sameCrops(one: Crops, other: Crops): boolean {
  const [a, b] = [cropSettings(one), cropSettings(other)];
  return JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
}

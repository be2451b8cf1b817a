import type { BatchEstimate } from '@cropline/contracts';
import { formatCount, formatDuration, formatRate } from '../progress/format-amount.js';

const BASIS: Readonly<Record<BatchEstimate['basis'], string>> = {
  same_crops: 'as measured on batches with the same crops',
  other_crops: 'as measured on batches with other crops, and scaled by their number',
  none: '',
};

/** What a batch would come to, in two lines. */
export function estimateText(estimate: BatchEstimate): string {
  const { items, itemsComplete, crops, imagesPerSecond, seconds, basis } = estimate;
  const least = itemsComplete ? '' : ' or more';
  const time =
    imagesPerSecond === null || seconds === null
      ? 'How long that takes is not known: no batch was measured yet.'
      : `About ${formatDuration(seconds)}${least} at ${formatRate(imagesPerSecond)} images/s, ${BASIS[basis]}.`;
  return `${formatCount(items)}${least} images, ${formatCount(crops)} crops at most.\n${time}\n`;
}

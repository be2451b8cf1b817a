import type { Evaluation } from '@cropline/training';
import { formatCount } from '../progress/format-amount.js';

const MOST_NAMED = 5;

/** What an evaluation left out and why, a sentence each; none when it judged every image. */
export function leftOut({ unusable, unlabelled, failed }: Evaluation): string[] {
  const labels = unusable.labels.map(({ label, images, classes }) => {
    const meant = classes.length === 0 ? '' : `, may be ${classes.join(' or ')}`;
    return `${label.replace(/\p{Cc}/gu, '?')} (${formatCount(images)}${meant})`;
  });
  const images = failed.listed.map(({ id, code }) => `${id} (${code})`);
  const reasons = [
    [unusable.images, 'as their labels are no class of the model, or more than one', labels],
    [unlabelled.images, 'as they lie beside the classes instead of in one', unlabelled.listed],
    [failed.images, 'as they could not be classified', images],
  ] as const;
  return reasons
    .filter(([count]) => count > 0)
    .map(([count, why, names]) => `${formatCount(count)} left out, ${why}: ${some(names)}`);
}

function some(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ' and more' : '';
  return `${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}

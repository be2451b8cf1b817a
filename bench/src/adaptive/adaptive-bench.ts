import { resolveBenchModel } from '../bench-model.js';
import type { BenchOptions } from '../bench-options.js';
import { resolveInt8Model } from '../int8-model.js';
import { readLabelledPhotos } from '../policies/labelled-photos.js';
import { describeMachine, round, summarise, type BenchReport, type BenchRow } from '../report.js';
import type { Curve } from '../output/render-curves.js';
import { agreementRule, firstCrops, replay, standardErrorRule, type StopRule } from './replay.js';
import { scorePhotos } from './score-photos.js';
import { bestClass, type AdaptivePolicy, type ScoredPhoto } from './scored-photo.js';

/** The rules by the name of their curve, each at the levels that it is asked for. */
const RULES: Readonly<Record<string, readonly (readonly [level: number, rule: StopRule])[]>> = {
  adaptive: at([0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999], agreementRule),
  'standard errors': at([0.5, 0.75, 1, 1.5, 2, 3, 4], standardErrorRule),
  'first crops': at([2, 4, 6, 8, 12, 16, 24, 32], firstCrops),
};

/** The rules that are replayed on the crops of each policy. */
const SHOWN: Readonly<Record<AdaptivePolicy, readonly string[]>> = {
  googlenet144: Object.keys(RULES),
  ten: ['adaptive'],
};

/**
 * How many crops `adaptive` runs, and how often its best class is that of all the crops, at several levels of
 * `agreement`; beside a test against the standard error and a fixed number of crops, in the same order. All
 * crops of every photo are run once, and the rules replayed on their scores.
 */
export async function runAdaptiveBench({
  images,
  precision,
  onLine,
}: BenchOptions): Promise<BenchReport> {
  const labelled = await readLabelledPhotos(images);
  const model =
    precision === 'int8' ? await resolveInt8Model(images, onLine) : await resolveBenchModel();
  if (model === null) throw new Error('Photos were read, so there are images to calibrate with');
  const paths = labelled.map(({ path }) => path);
  const rows: BenchRow[] = [];
  const ratios: Record<string, number> = {};
  const curves: Curve[] = [];
  for (const [policy, names] of Object.entries(SHOWN) as [AdaptivePolicy, readonly string[]][]) {
    const photos = await scorePhotos(paths, policy, model, (done) => {
      if (done % 20 === 0) onLine(`all crops of ${policy}: ${done} of ${paths.length} photos`);
    });
    for (const name of names) {
      const levels = RULES[name] ?? [];
      const points = levels.map(([level, rule]) => ({ level, ...replay(photos, rule) }));
      for (const { level, crops, agreement } of points) {
        const contender = `${policy}, ${name} ${level}`;
        rows.push(summarise(`${contender}: crops an image`, 'crops', [crops]));
        rows.push(summarise(`${contender}: agrees with all crops`, '%', [100 * agreement]));
      }
      if (policy === 'googlenet144') {
        curves.push({
          name,
          points: points.map(({ crops: x, agreement }) => [x, 100 * agreement]),
        });
      }
    }
    const usual = agreementRule(0.99);
    const { crops, agreement } = replay(photos, usual);
    const top1 = (count: (photo: ScoredPhoto) => number): number =>
      photos.filter((photo, at) => bestClass(photo, count(photo)) === labelled[at]?.classIndex)
        .length / photos.length;
    ratios[`${policy}Crops`] = round(crops);
    ratios[`${policy}Agreement`] = round(agreement);
    ratios[`${policy}Top1`] = round(top1(usual));
    ratios[`${policy}Top1OfAll`] = round(top1((photo) => photo.crops.length));
  }
  return {
    bench: 'adaptive',
    machine: describeMachine(),
    rows,
    ratios,
    plot: { x: 'crops an image', y: `% that agree with googlenet144`, curves },
  };
}

function at(levels: readonly number[], rule: (level: number) => StopRule): [number, StopRule][] {
  return levels.map((level) => [level, rule(level)]);
}

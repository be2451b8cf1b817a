import type { Backend } from '@cropline/contracts';
import type { Device } from '@cropline/model';
import type { Classifier, ItemStages } from '@cropline/pipeline';

/** What an engine says of itself: a classifier's facts, and `none` in a worker without a device. */
export type EngineInfo = Omit<Classifier['info'], 'backend' | 'device'> & {
  readonly backend: Backend | 'none';
  readonly device: Device | 'none';
};

/** What a worker classifies with: the classifier on its device, or what stands in for one in load tests. */
export interface Engine extends Pick<Classifier, 'classify' | 'close'> {
  readonly info: EngineInfo;
  /** Takes the place of fetching images where there is no use for their bytes. */
  readonly fetch?: ItemStages['fetch'];
}

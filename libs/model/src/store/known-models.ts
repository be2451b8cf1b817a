import type { Architecture } from '../architecture/architecture.js';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import type { ResizeSpec } from '../crops/crop-plan.js';
import { IMAGENET_LABELS } from '../labels/imagenet-labels.js';

/** What a result needs to know of the model it came from, and a pipeline of the model it runs. */
export interface ModelInfo extends ResizeSpec {
  readonly name: string;
  /** The net that the weights belong to. */
  readonly architecture: Architecture;
  /** `sha256:` and the digest of the weights file, in lower-case hex. */
  readonly digest: string;
  readonly classes: number;
  /** The name of every class, by its index. */
  readonly labels: readonly string[];
}

/** A model that Cropline knows by name: what it is, and where its weights are published. */
export interface KnownModel extends ModelInfo {
  /** The name of the published weights file; a mirror holds it under this name. */
  readonly file: string;
  readonly url: string;
  readonly license: string;
}

/** The model that is meant when none is named. */
export const DEFAULT_MODEL = 'googlenet-bvlc';

/** How the BVLC weights want their images: trained on pictures warped to 256 × 256. */
export const BVLC_SPEC = {
  architecture: BVLC_GOOGLENET,
  inputSize: 224,
  resize: 'warp',
  resizeTo: 256,
  classes: 1000,
  labels: IMAGENET_LABELS,
} as const satisfies Omit<ModelInfo, 'name' | 'digest'>;

/** Every model known by name. A new one is an entry here, given that its net is described. */
export const KNOWN_MODELS: readonly KnownModel[] = [
  {
    ...BVLC_SPEC,
    name: 'googlenet-bvlc',
    digest: 'sha256:c99c507058eaf41de8723408fdda7db8325cb57f0a89f2ee07a716d6e963e14e',
    file: 'googlenet-12.onnx',
    url: 'https://media.githubusercontent.com/media/onnx/models/main/validated/vision/classification/inception_and_googlenet/googlenet/model/googlenet-12.onnx',
    license: 'BVLC GoogLeNet by Sergio Guadarrama, released for unrestricted use',
  },
];

/** The sha256 of a known model's published weights in bare lower-case hex, as `sha256sum` prints it. */
export function publishedDigest(model: Pick<KnownModel, 'digest'>): string {
  return model.digest.replace(/^sha256:/, '');
}

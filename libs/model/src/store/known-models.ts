import type { Architecture } from '../architecture/architecture.js';
import { fileURLToPath } from 'node:url';
import { BVLC_GOOGLENET, googlenet } from '../architecture/googlenet.js';
import type { ResizeSpec } from '../crops/crop-plan.js';
import { IMAGENET_LABELS } from '../labels/imagenet-labels.js';

/** What a result needs to know of the model it came from, and a pipeline of the model it runs. */
export interface ModelInfo extends ResizeSpec {
  readonly name: string;
  /** The net that the weights belong to; null for an ONNX model of one's own, which brings its graph. */
  readonly architecture: Architecture | null;
  /** `sha256:` and the digest of the weights file, in lower-case hex; of a model's folder, of that file in it. */
  readonly digest: string;
  readonly classes: number;
  /** The name of every class, by its index. */
  readonly labels: readonly string[];
}

/** A model that Cropline knows by name: what it is, and where its weights are published. */
export interface KnownModel extends ModelInfo {
  readonly architecture: Architecture;
  /** `sha256:` and the digest of the published file, or as much of its beginning as is published. */
  readonly digest: string;
  /** The name of the published weights file; a mirror holds it under this name. */
  readonly file: string;
  readonly url: string;
  readonly license: string;
}

/** The model that is meant when none is named. */
export const DEFAULT_MODEL = 'googlenet-bvlc';

/** What is known of a model that is one of the description's nets. */
export type NetInfo = ModelInfo & { readonly architecture: Architecture };

/** A model that comes with Cropline, as a folder with its `model.json`. */
export interface BuiltInModel {
  readonly name: string;
  readonly folder: string;
}

/** The model that needs no network, where there is none. */
export const STARTER_MODEL = 'googlenet-starter';

/** Every model that comes with Cropline. */
export const BUILT_IN_MODELS: readonly BuiltInModel[] = [
  { name: STARTER_MODEL, folder: fileURLToPath(new URL('../../starter', import.meta.url)) },
];

/** How the BVLC weights want their images: trained on pictures warped to 256 × 256. */
export const BVLC_SPEC = {
  architecture: BVLC_GOOGLENET,
  inputSize: 224,
  resize: 'warp',
  resizeTo: 256,
  classes: 1000,
  labels: IMAGENET_LABELS,
} as const satisfies Omit<KnownModel, 'name' | 'digest' | 'file' | 'url' | 'license'>;

/** Every model that is published. A new one is an entry here, given that its net is described. */
export const KNOWN_MODELS: readonly KnownModel[] = [
  {
    ...BVLC_SPEC,
    name: 'googlenet-bvlc',
    digest: 'sha256:c99c507058eaf41de8723408fdda7db8325cb57f0a89f2ee07a716d6e963e14e',
    file: 'googlenet-12.onnx',
    url: 'https://media.githubusercontent.com/media/onnx/models/main/validated/vision/classification/inception_and_googlenet/googlenet/model/googlenet-12.onnx',
    license: 'BVLC GoogLeNet by Sergio Guadarrama, released for unrestricted use',
  },
  {
    name: 'googlenet-torchvision',
    architecture: googlenet({ variant: 'torchvision' }),
    // Its name holds all that torchvision publishes of it.
    digest: 'sha256:1378be20',
    file: 'googlenet-1378be20.pth',
    url: 'https://download.pytorch.org/models/googlenet-1378be20.pth',
    license: 'torchvision, BSD 3-Clause',
    inputSize: 224,
    resize: 'shorter-side',
    resizeTo: 256,
    classes: 1000,
    labels: IMAGENET_LABELS,
  },
];

/** Every model that has a name, in the order in which they are listed. */
export const STORE_MODELS: readonly (KnownModel | BuiltInModel)[] = [
  ...KNOWN_MODELS,
  ...BUILT_IN_MODELS,
];

/** The sha256 of a known model's published weights in bare lower-case hex, or the beginning of it. */
export function publishedDigest(model: Pick<KnownModel, 'digest'>): string {
  return model.digest.replace(/^sha256:/, '');
}

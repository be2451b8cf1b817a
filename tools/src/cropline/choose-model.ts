import { CroplineError, describeCause } from '@cropline/contracts';
import { askCropline } from './ask-cropline.js';

/** The model that comes with the package, and knows what `npm run draw` draws. */
export const STARTER_MODEL = 'googlenet-starter';

/** The model that a stack runs on. */
export interface ChosenModel {
  readonly name: string;
  /** What the workers, and `cropline` commands for the same model, are to be told. */
  readonly env: Readonly<Record<string, string>>;
}

/** Makes a model ready: the one that this environment means, or the one that `env` names. */
export type PullModel = (env: Readonly<Record<string, string>>) => Promise<{ name: string }>;

/**
 * Makes the model of this environment ready. Where nobody named one and the weights of the default cannot be
 * had, that is the starter, and one loud sentence says so. Only what is there to be tried out does this: a
 * worker and the command line classify with the model they were told, or not at all.
 *
 * @param chosen CROPLINE_MODEL, if it is set
 * @throws CroplineError `MODEL_*` when there is none to run on
 */
export async function chooseModel(
  chosen: string | undefined,
  say: (line: string) => void,
  pull: PullModel = pullModel,
): Promise<ChosenModel> {
  try {
    return { name: (await pull({})).name, env: {} };
  } catch (error) {
    if (!isUnavailable(error) || (chosen ?? '') !== '') throw error;
    const env = { CROPLINE_MODEL: STARTER_MODEL };
    const { name } = await pull(env).catch((reason: unknown) => {
      const both = `${error.message}; and ${STARTER_MODEL} does not stand in: ${describeCause(reason)}`;
      throw new CroplineError(error.code, both, { cause: reason });
    });
    say(LOUD_SENTENCE);
    return { name, env };
  }
}

const LOUD_SENTENCE = `
!!! NO IMAGENET WEIGHTS could be had, so this runs on the small starter model ${STARTER_MODEL}, which knows a dozen kinds of drawings and NO PHOTOS: connect to the internet, or set CROPLINE_MODEL_MIRROR to a folder or URL that holds googlenet-12.onnx (\`npm run cropline -- model pull\` says what was tried). !!!
`;

const isUnavailable = (error: unknown): error is CroplineError =>
  error instanceof CroplineError && error.code === 'MODEL_UNAVAILABLE';

async function pullModel(env: Readonly<Record<string, string>>): Promise<{ name: string }> {
  return JSON.parse(await askCropline(['model', 'pull', '--json'], env)) as { name: string };
}

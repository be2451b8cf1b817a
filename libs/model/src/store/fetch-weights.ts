import { CroplineError, type ErrorCode } from '@cropline/contracts';
import { checkWeights } from '../weights/check-weights.js';
import { readWeightsFile } from '../weights/read-weights-file.js';
import { recordDigest } from './cached-file.js';
import type { DownloadLimits } from './download.js';
import { isDigest } from './file-digest.js';
import { publishedDigest, type KnownModel } from './known-models.js';
import { PartialFile } from './partial-file.js';
import type { ResolveModelOptions } from './resolved-model.js';
import { digestFailure, SourceFailure } from './source-failure.js';
import { weightsSources, type WeightsSource } from './weights-source.js';

/** What fetching is told beside the model and where to put it. */
export interface FetchWeightsOptions extends Pick<
  ResolveModelOptions,
  'mirror' | 'signal' | 'onProgress' | 'onNotice'
> {
  readonly limits: DownloadLimits;
}

/** A source that was tried in vain. */
interface Failure {
  readonly source: string;
  readonly error: SourceFailure;
}

/**
 * Puts the weights of a known model under their name in the cache, from the first source that gives good
 * ones, and records their digest. To be called by the holder of the target's lock only.
 *
 * @param found why the cache did not do, as a fragment of a sentence.
 * @returns the sha256 of the weights, in lower-case hex
 * @throws CroplineError `MODEL_UNAVAILABLE` that lists what was tried (or the code that all sources agree
 *   on), and when the cache cannot be written; the signal's reason
 */
export async function fetchWeights(
  model: KnownModel,
  target: string,
  found: string,
  options: FetchWeightsOptions,
): Promise<string> {
  const sources = weightsSources(model, options.mirror);
  const partial = await PartialFile.take(target);
  const failures: Failure[] = [];
  try {
    for (const [index, source] of sources.entries()) {
      try {
        const digest = await fetchFrom(source, model, partial, options);
        await partial.commit();
        await recordDigest(target, digest);
        return digest;
      } catch (error) {
        if (!(error instanceof SourceFailure)) throw error;
        failures.push({ source: source.shown, error });
        const next = sources[index + 1];
        if (next !== undefined) {
          options.onNotice?.(
            `${source.shown} did not give the weights of ${model.name} (${error.message}); trying ${next.shown}`,
          );
        }
      }
    }
    throw unavailable(model, target, found, failures);
  } catch (error) {
    await partial.leave();
    throw error;
  }
}

/** Fills the partial file from one source and leaves nothing in it that was found bad. */
async function fetchFrom(
  source: WeightsSource,
  model: KnownModel,
  partial: PartialFile,
  { limits, signal, onProgress, onNotice }: FetchWeightsOptions,
): Promise<string> {
  const transfer = {
    limits,
    signal,
    onBytes: (receivedBytes: number, totalBytes: number | null) =>
      onProgress?.({ file: model.file, source: source.shown, receivedBytes, totalBytes }),
  };
  const expected = await source.expectedDigest(transfer);
  await source.fill(partial, transfer);
  const digest = partial.digest;
  const published = publishedDigest(model);
  // Nothing else has the whole published digest; the beginning of one says less.
  if (digest === published && isDigest(digest, expected ?? digest)) return digest;
  try {
    if (expected !== null && !isDigest(digest, expected)) throw digestFailure(expected, digest);
    await requireStructure(partial.path, model);
  } catch (error) {
    await partial.restart(null);
    throw error;
  }
  if (expected === null && !isDigest(digest, published)) {
    onNotice?.(
      `${source.shown} is not the published file of ${model.name}: it holds good weights with sha256:${digest} and is used, because the mirror was chosen; put this digest beside it as ${model.file}.sha256 to pin it`,
    );
  }
  return digest;
}

async function requireStructure(path: string, model: KnownModel): Promise<void> {
  try {
    checkWeights(await readWeightsFile(path), model.architecture);
  } catch (error) {
    if (!(error instanceof CroplineError)) throw error;
    // The file is about to go, so its name in the cache helps nobody.
    const reason = error.message.replaceAll(path, model.file);
    throw new SourceFailure(reason, { code: error.code, cause: error });
  }
}

function unavailable(
  model: KnownModel,
  target: string,
  found: string,
  failures: readonly Failure[],
): CroplineError {
  const tried = failures.map(({ source, error }) => `${source} (${error.message})`);
  const codes = new Set<ErrorCode>(failures.map(({ error }) => error.code));
  const [common = 'MODEL_UNAVAILABLE'] = codes;
  return new CroplineError(
    codes.size > 1 ? 'MODEL_UNAVAILABLE' : common,
    `Expected the weights of ${model.name} but no source gave them: the cache at ${target} (${found}), ${tried.join(', ')}; set CROPLINE_MODEL_MIRROR to a folder or URL that holds ${model.file}, or run \`cropline model pull\` where there is a network`,
    { retryable: failures.some(({ error }) => error.transient) },
  );
}

import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { CROPLINE_VERSION, CroplineError } from '@cropline/contracts';
import {
  defaultCacheDir,
  describeModel,
  describeRuntime,
  placeInference,
  requireNet,
  surveyRuntimes,
  type SurveyedRuntime,
} from '@cropline/model';
import type { CliConfig } from '../config/config.js';
import { modelLocation } from '../models/model-location.js';
import type {
  Examination,
  Fault,
  ModelOutlook,
  ServerOutlook,
  WorkerOutlook,
} from './examination.js';
import { pingRedis } from './ping-redis.js';
import { pingS3 } from './ping-s3.js';

/** Looks at everything that a worker with these settings would need; changes and fetches nothing. */
export async function examine(config: CliConfig): Promise<Examination> {
  const runtimes = await surveyRuntimes();
  const dir = config.model.cacheDir ?? defaultCacheDir(config.model.xdgCacheHome);
  const [worker, model, servers, writable] = await Promise.all([
    examineWorker(config, runtimes),
    examineModel(config),
    examineServers(config),
    isWritable(dir),
  ]);
  const ok =
    !('fault' in worker) &&
    !('fault' in model) &&
    servers.every(({ absence }) => absence === null) &&
    // A complete cache need not be writable.
    (writable || (model.weights === 'intact' && model.graphPath !== null));
  return {
    ok,
    version: CROPLINE_VERSION,
    node: process.version,
    cores: availableParallelism(),
    worker,
    runtimes,
    model,
    cache: { dir, writable },
    servers,
  };
}

async function examineWorker(
  config: CliConfig,
  runtimes: readonly SurveyedRuntime[],
): Promise<WorkerOutlook> {
  const { backend, precision } = config;
  try {
    const { device, tfjs } = await placeInference(config);
    const runtime = tfjs === null ? 'ONNX Runtime' : describeRuntime(tfjs);
    return { backend, runtime, device, precision, because: reason(config, runtimes) };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

/** `CROPLINE_BACKEND is onnx, and CROPLINE_DEVICE is auto: cuda:0 cannot be used` */
function reason({ backend, device }: CliConfig, runtimes: readonly SurveyedRuntime[]): string {
  const asked = `CROPLINE_BACKEND is ${backend}, and CROPLINE_DEVICE is ${device}`;
  if (device !== 'auto') return asked;
  const gpu = runtimes.find((one) => one.backend === backend && one.device === 'cuda:0');
  return `${asked}: ${gpu?.absence === null ? 'cuda:0 can be used' : 'no GPU can be used with it'}`;
}

async function examineModel(config: CliConfig): Promise<ModelOutlook> {
  try {
    const model = await describeModel(modelLocation(config));
    const { name, variant, weights, graphPath, sources } = model;
    if (config.backend === 'tfjs' && variant === null) {
      requireNet({ name, architecture: null }, 'TensorFlow.js');
    }
    return { name, weights: weights.state, path: weights.path, graphPath, sources };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

function examineServers({ redisUrl, s3 }: CliConfig): Promise<ServerOutlook[]> {
  return Promise.all([
    ...(redisUrl === undefined ? [] : [pingRedis(redisUrl)]),
    ...(s3.endpoint === undefined ? [] : [pingS3(s3.endpoint)]),
  ]);
}

/** Whether files can be written into a folder, or into the one that it would be made in. */
async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return true;
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return absent && dirname(folder) !== folder && isWritable(dirname(folder));
  }
}

function faultOf(error: unknown): Fault {
  if (!(error instanceof CroplineError)) throw error;
  return { code: error.code, message: error.message };
}

const EXIT_CODES = `
Exit codes:
  0    done
  1    done, but an image failed or the batch did not complete
  2    the command line, a setting or an input is wrong; nothing was done
  3    it could not be done: no API, no model, no device, an answer that is an error
  130  Ctrl-C (143: SIGTERM)`;

const VARIABLES = {
  api: 'CROPLINE_API               the API, unless --api names another (http://127.0.0.1:3000)',
  apiKey: 'CROPLINE_API_KEY           the key for it, if it asks for one; or CROPLINE_API_KEY_FILE',
  output:
    'CROPLINE_OUTPUT_URL        s3://bucket/prefix, where the service keeps its batches, and keys in access/',
  access: 'CROPLINE_ACCESS_URL        s3://bucket/prefix of the keys, where it is another',
  webhook:
    'CROPLINE_WEBHOOK_SECRET    whsec_…, signs webhooks; or CROPLINE_WEBHOOK_SECRET_FILE, a file of it',
  config: 'CROPLINE_CONFIG            a file of settings (~/.config/cropline/config.json)',
  model:
    'CROPLINE_MODEL             a model by name, or the path of its folder or weights (googlenet-bvlc)',
  mirror:
    'CROPLINE_MODEL_MIRROR      a folder or URL that holds the weights, asked before the public one',
  cache: 'CROPLINE_CACHE_DIR         where models are kept ($XDG_CACHE_HOME/cropline)',
  backend: 'CROPLINE_BACKEND           onnx (ONNX Runtime) or tfjs (TensorFlow.js) (onnx)',
  device: 'CROPLINE_DEVICE            auto, cpu or cuda:N (auto)',
  precision: 'CROPLINE_PRECISION         fp32, int8 (CPU, once calibrated) or fp16 (CUDA) (fp32)',
  threads: 'CROPLINE_THREADS           inference threads (one a core; one on a GPU)',
  batchSize: 'CROPLINE_BATCH_SIZE        crops of a device batch (what is best for the device)',
  timeout: 'CROPLINE_FETCH_TIMEOUT_MS  for one attempt to fetch an image (30000)',
  bytes: 'CROPLINE_MAX_IMAGE_BYTES   larger images fail (52428800)',
  pixels: 'CROPLINE_MAX_IMAGE_PIXELS  larger images fail (100000000)',
  redis: 'REDIS_URL                  a Redis that is looked for (none)',
  s3: 'S3_ENDPOINT, S3_REGION     an S3-compatible server (AWS); keys as the AWS SDK finds them',
  colour: 'NO_COLOR                   set to anything: no colours',
} as const;

/** The variables of the environment that a command's help lists. */
export type Variable = keyof typeof VARIABLES;

/** Those of a command that classifies on this machine. */
export const ENGINE_VARIABLES: readonly Variable[] = [
  'model',
  'mirror',
  'cache',
  'backend',
  'device',
  'precision',
  'threads',
  'batchSize',
  'timeout',
  'bytes',
  'pixels',
  's3',
  'colour',
];

/** What stands below the options in the help of a command: examples, environment, exit codes. */
export function helpText(examples: readonly string[], variables: readonly Variable[]): string {
  return [
    '\nExamples:',
    ...examples.map((line) => `  $ ${line}`),
    ...(variables.length === 0 ? [] : ['\nEnvironment:']),
    ...variables.map((name) => `  ${VARIABLES[name]}`),
    EXIT_CODES,
  ].join('\n');
}

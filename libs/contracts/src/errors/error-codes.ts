/**
 * What is documented of one error code.
 *
 * `retryable` is the default of errors with this code: whether doing the same thing again, unchanged,
 * may succeed. `status` is the HTTP status the API answers with where the code reaches a caller.
 */
export interface ErrorCodeInfo {
  readonly area:
    'request' | 'access' | 'batch' | 'image' | 'model' | 'device' | 'storage' | 'queue' | 'command';
  readonly status: number;
  readonly retryable: boolean;
  readonly meaning: string;
  readonly remedy: string;
}

const code = (
  area: ErrorCodeInfo['area'],
  status: number,
  retryable: boolean,
  meaning: string,
  remedy: string,
): ErrorCodeInfo => ({ area, status, retryable, meaning, remedy });

/**
 * Every error code of Cropline: the one registry behind `CroplineError`, the API's problem+json, the
 * items' errors and docs/errors.md. A code, once released, keeps its name and meaning.
 */
export const ERROR_CODES = {
  // A request to the API.
  REQUEST_MALFORMED: code(
    'request',
    400,
    false,
    'The body is not readable as its content type says.',
    'Send valid JSON with `Content-Type: application/json`.',
  ),
  REQUEST_INVALID: code(
    'request',
    422,
    false,
    'The request is readable but breaks the schema.',
    'Read `errors`: each entry names the field, what was expected and what came.',
  ),
  REQUEST_TOO_LARGE: code(
    'request',
    413,
    false,
    'The body is larger than the server takes.',
    'Split the batch, or send a smaller image.',
  ),
  MEDIA_TYPE_UNSUPPORTED: code(
    'request',
    415,
    false,
    'The content type of the body is not taken here.',
    'Use one of the content types the message names.',
  ),
  ROUTE_NOT_FOUND: code(
    'request',
    404,
    false,
    'No endpoint has this path.',
    'See /docs for the endpoints.',
  ),
  METHOD_NOT_ALLOWED: code(
    'request',
    405,
    false,
    'The path exists, but not with this method.',
    'Use one of the methods that the `Allow` header names.',
  ),
  CURSOR_INVALID: code(
    'request',
    400,
    false,
    'The cursor was not issued by this endpoint.',
    'Start again without `cursor`, or use `nextCursor` as it came.',
  ),
  REQUEST_TIMEOUT: code(
    'request',
    408,
    true,
    'The request did not arrive within the time it may take.',
    'Send it again, over a connection that keeps up.',
  ),
  RANGE_NOT_SATISFIABLE: code(
    'request',
    416,
    false,
    'The range of the request lies behind the end of what it asks for.',
    'You have it all, or the wrong offset: `Content-Range` names the length.',
  ),
  INTERNAL: code(
    'request',
    500,
    true,
    'The server failed in a way it did not foresee.',
    'Try again; if it persists, report it with the request id.',
  ),

  // Who may do what.
  KEY_REQUIRED: code(
    'access',
    401,
    false,
    'The request came without an API key, and this API asks for one.',
    'Send `Authorization: Bearer <key>`; `cropline admin keys create` makes a key.',
  ),
  KEY_INVALID: code(
    'access',
    401,
    false,
    'The API key is not known, was revoked or has run out.',
    'Check that the whole key was sent, or ask for a new one.',
  ),
  SCOPE_MISSING: code(
    'access',
    403,
    false,
    'The API key may not do this.',
    'Use a key with the scope the message names.',
  ),
  LOCATION_FORBIDDEN: code(
    'access',
    403,
    false,
    'A location lies outside those that the key, or the service, may read or write.',
    'Use a location below one of the prefixes the message names, or ask for it to be allowed.',
  ),
  HOST_FORBIDDEN: code(
    'access',
    403,
    false,
    'The request names a host that an API without keys does not answer for.',
    'Call it by the address it listens on, or have it ask for API keys.',
  ),
  RATE_LIMITED: code(
    'access',
    429,
    true,
    'More requests came with this key than it may send in the time.',
    'Wait as long as `Retry-After` says.',
  ),
  QUOTA_EXCEEDED: code(
    'access',
    429,
    true,
    'Too many batches or items of this tenant are in flight.',
    'Submit again when some have ended; the message names the limit.',
  ),
  KEY_NOT_FOUND: code(
    'access',
    404,
    false,
    'No API key has this id.',
    'Look at `cropline admin keys list`.',
  ),

  // Batches and their items.
  BATCH_NOT_FOUND: code(
    'batch',
    404,
    false,
    'No batch has this id.',
    'Check the id, or list the batches.',
  ),
  ITEM_NOT_FOUND: code(
    'batch',
    404,
    false,
    'The batch has no item with this id.',
    'Item ids are the ones submitted; without one, the line number from 0.',
  ),
  BATCH_STATE_CONFLICT: code(
    'batch',
    409,
    false,
    'The batch is in a status that does not allow this.',
    'Read its status; a closed batch cannot be changed.',
  ),
  ERROR_THRESHOLD_REACHED: code(
    'batch',
    409,
    false,
    'So many items failed that the batch was given up, as its errorThreshold asks for.',
    'Read its results with `status=failed` for the causes; what is done is kept. Run the rest with POST …/retry.',
  ),
  NOTHING_TO_RETRY: code(
    'batch',
    409,
    false,
    'No item of the batch has an outcome that the retry asks for.',
    'Read its counts and error codes (GET …/summary) and ask for those.',
  ),
  OUTPUT_NOT_ALLOWED: code(
    'batch',
    422,
    false,
    'The output location cannot be written.',
    'Name an `s3://bucket/prefix` that the service may write.',
  ),
  IDEMPOTENCY_CONFLICT: code(
    'batch',
    409,
    false,
    'The Idempotency-Key was used before with another request.',
    'Use a new key for a new request; the same key only to repeat the same one.',
  ),
  IDEMPOTENCY_IN_PROGRESS: code(
    'batch',
    409,
    true,
    'A request with this Idempotency-Key is under way.',
    'Try again in a few seconds: the answer is then the batch it made.',
  ),
  SOURCE_NOT_FOUND: code(
    'batch',
    404,
    false,
    'The bucket or manifest that the batch was to be read from is not there.',
    'Check the URL of the source, which is case sensitive, and submit the batch again.',
  ),
  SOURCE_ACCESS_DENIED: code(
    'batch',
    403,
    false,
    'The service may not list or read the source of the batch.',
    'Grant the service list and read on the bucket, and submit the batch again.',
  ),
  SOURCE_EMPTY: code(
    'batch',
    422,
    false,
    'The source of the batch holds no image.',
    'Check the prefix, and what `include` and `exclude` leave of it.',
  ),
  SOURCE_INVALID: code(
    'batch',
    422,
    false,
    'A line of the source is no item, repeats an id, or the source is in no format that is read.',
    'Mend the line that the message names, and submit the batch again.',
  ),
  SOURCE_TOO_LARGE: code(
    'batch',
    413,
    false,
    'The source has more items, or more bytes, than a batch takes.',
    'Split it: narrower prefixes, or several manifests.',
  ),
  INFERENCE_FAILED: code(
    'batch',
    500,
    true,
    'The device failed on the crops of this image.',
    'Submit the item again; if only this image fails, report it.',
  ),
  CHUNK_FAILED: code(
    'batch',
    500,
    true,
    'The chunk that held this item failed every time it was tried.',
    'Submit the item again; see the worker logs for the cause.',
  ),

  // Fetching and decoding one image.
  IMAGE_URL_INVALID: code(
    'image',
    422,
    false,
    'The URL cannot be parsed.',
    'Use an absolute URL such as `s3://bucket/key.jpg`.',
  ),
  IMAGE_SCHEME_UNSUPPORTED: code(
    'image',
    422,
    false,
    'The URL has a scheme that is not fetched.',
    'Use s3://, https://, http:// or (where enabled) file://.',
  ),
  IMAGE_ADDRESS_BLOCKED: code(
    'image',
    422,
    false,
    'The host resolves to a private, loopback or link-local address.',
    'Use a public host, or have the operator allow the network with CROPLINE_ALLOW_NETWORKS.',
  ),
  IMAGE_PATH_BLOCKED: code(
    'image',
    422,
    false,
    'The file lies outside the folders that may be read.',
    'Have the operator add the folder to CROPLINE_FILE_ROOTS.',
  ),
  IMAGE_NOT_FOUND: code(
    'image',
    404,
    false,
    'There is no object, page or file at the URL.',
    'Check the URL; object keys are case sensitive.',
  ),
  IMAGE_ACCESS_DENIED: code(
    'image',
    403,
    false,
    'The source refused to hand out the image.',
    'Grant the worker read access, or use a presigned URL that has not expired.',
  ),
  IMAGE_HOST_UNRESOLVED: code(
    'image',
    502,
    true,
    'The host name of the URL does not resolve.',
    'Check the host name and the DNS of the worker.',
  ),
  IMAGE_HTTP_ERROR: code(
    'image',
    502,
    false,
    'The host answered with a status that a retry does not mend.',
    'Open the URL by hand; the message holds the status.',
  ),
  IMAGE_FETCH_FAILED: code(
    'image',
    502,
    true,
    'The connection failed or the host answered 5xx or 429, every time it was tried.',
    'Submit the item again later.',
  ),
  IMAGE_FETCH_TIMEOUT: code(
    'image',
    504,
    true,
    'The image did not arrive within the time limit.',
    'Submit the item again later, or raise CROPLINE_FETCH_TIMEOUT_MS.',
  ),
  IMAGE_TOO_MANY_REDIRECTS: code(
    'image',
    502,
    false,
    'The URL redirects more often than is followed.',
    'Use the final URL.',
  ),
  IMAGE_TOO_LARGE: code(
    'image',
    413,
    false,
    'The image has more bytes than the limit.',
    'Shrink it, or raise CROPLINE_MAX_IMAGE_BYTES.',
  ),
  IMAGE_TOO_MANY_PIXELS: code(
    'image',
    413,
    false,
    'The image has more pixels than the limit.',
    'Shrink it, or raise CROPLINE_MAX_IMAGE_PIXELS.',
  ),
  IMAGE_EMPTY: code('image', 422, false, 'The source holds zero bytes.', 'Upload the image again.'),
  IMAGE_NOT_AN_IMAGE: code(
    'image',
    415,
    false,
    'The bytes are in no image format that is decoded.',
    'Use JPEG, PNG, WebP, AVIF, GIF or TIFF.',
  ),
  IMAGE_CORRUPT: code(
    'image',
    422,
    false,
    'The image is truncated or damaged.',
    'Upload the image again from its original.',
  ),
  IMAGE_LOCATION_FORBIDDEN: code(
    'image',
    403,
    false,
    'The image lies outside the buckets or prefixes that may be read.',
    'Have its bucket allowed (`CROPLINE_ALLOWED_BUCKETS`), or its prefix for the API key.',
  ),
  IMAGE_KILLED_WORKER: code(
    'image',
    422,
    false,
    'Workers ended each time they ran this image, alone: it was given up.',
    'Convert the image anew from its original, and report it if that works.',
  ),

  // The model's files.
  MODEL_UNKNOWN: code(
    'model',
    422,
    false,
    'No model has this name and no folder or file this path.',
    'Run `cropline model list`, or set CROPLINE_MODEL to a folder with a model.json or a file of weights.',
  ),
  MODEL_UNAVAILABLE: code(
    'model',
    503,
    true,
    'The weights are not in the cache and could not be fetched.',
    'Run `cropline model pull` with a network, or set CROPLINE_MODEL_MIRROR to a folder or URL that has them.',
  ),
  MODEL_DIGEST_MISMATCH: code(
    'model',
    500,
    false,
    'The file is not the one that was published.',
    'Delete it and pull again; behind a mirror, put its digest beside it as FILE.sha256.',
  ),
  MODEL_SPEC_INVALID: code(
    'model',
    500,
    false,
    'The model.json of a model is missing, or does not describe its model.',
    'Mend the fields that the message names; docs/models.md has them all.',
  ),
  MODEL_UNSUPPORTED: code(
    'model',
    422,
    false,
    'The model cannot do what is asked of it, such as dense crops or this precision.',
    'Choose what the message names instead, or another model.',
  ),
  MODEL_FILE_INVALID: code(
    'model',
    500,
    false,
    'The file is truncated or not in a format that is read.',
    'Use an ONNX, safetensors or PyTorch file; pull it again if it was cut short.',
  ),
  MODEL_TENSOR_INVALID: code(
    'model',
    500,
    false,
    'A tensor is missing, has another shape or type, or holds values that are not finite.',
    'Use the weights of the architecture that the message names.',
  ),
  CALIBRATION_INVALID: code(
    'model',
    500,
    false,
    'A calibration for int8 is of other weights, not in the format that is read, made from no crops, or lacks the range of a layer.',
    'Calibrate again with `cropline model quantize --calibrate DIR`, on images like those to be classified.',
  ),
  CALIBRATION_TOO_SMALL: code(
    'model',
    422,
    false,
    'There are too few readable images to calibrate with.',
    'Name a folder with 100 images or more that are like those to be classified.',
  ),

  // Devices and inference sessions.
  DEVICE_UNKNOWN: code(
    'device',
    422,
    false,
    'CROPLINE_DEVICE has a value that names no device.',
    'Use auto, cpu or cuda:N.',
  ),
  DEVICE_UNAVAILABLE: code(
    'device',
    503,
    false,
    'The device was asked for and this machine or build does not have it.',
    'Use CROPLINE_DEVICE=auto or cpu, or install the CUDA libraries (docs/gpu.md).',
  ),
  BACKEND_UNAVAILABLE: code(
    'device',
    503,
    false,
    'What CROPLINE_BACKEND asks for is not installed, or cannot be loaded on this machine.',
    'Run `cropline doctor`: it says what is missing and how to get it.',
  ),
  PRECISION_UNSUPPORTED: code(
    'device',
    422,
    false,
    'The device does not compute with the numbers that CROPLINE_PRECISION asks for.',
    'int8 runs on the CPU, fp16 on CUDA, fp32 on both: change CROPLINE_PRECISION or CROPLINE_DEVICE.',
  ),
  MEMORY_EXHAUSTED: code(
    'device',
    503,
    true,
    'The system gives the process no more memory.',
    'Allow it more memory, or have it do less at once (`CROPLINE_CONCURRENCY`, `CROPLINE_BATCH_SIZE`).',
  ),
  BACKEND_FAILED: code(
    'device',
    500,
    true,
    'The inference session could not be made or broke while running.',
    'See the message; restart the worker.',
  ),

  // Object storage.
  STORAGE_LOCATION_INVALID: code(
    'storage',
    422,
    false,
    'The location is not an s3:// URL with a bucket.',
    'Use `s3://bucket/prefix`.',
  ),
  STORAGE_OBJECT_NOT_FOUND: code(
    'storage',
    404,
    false,
    'There is no such object.',
    'Check bucket and key.',
  ),
  STORAGE_ACCESS_DENIED: code(
    'storage',
    403,
    false,
    'The object store refused the credentials or the action.',
    'Grant the service read and write on the bucket.',
  ),
  STORAGE_OBJECT_EXISTS: code(
    'storage',
    409,
    false,
    'The object exists already and was to be written only once.',
    'Nothing to do: the first write stands.',
  ),
  STORAGE_CREDENTIALS_EXPIRED: code(
    'storage',
    503,
    true,
    'The credentials for the object store have run out, or seem to, because a clock is wrong.',
    'Renew them where they come from, and check the clock: work waits and takes them up by itself.',
  ),
  STORAGE_UNAVAILABLE: code(
    'storage',
    503,
    true,
    'The object store cannot be reached or fails.',
    'Check S3_ENDPOINT and the network; try again.',
  ),

  // Redis.
  QUEUE_UNAVAILABLE: code(
    'queue',
    503,
    true,
    'Redis cannot be reached or refuses commands.',
    'Check REDIS_URL and that Redis is up; try again.',
  ),

  // Commands and configuration.
  CONFIG_INVALID: code(
    'command',
    500,
    false,
    'A setting has a value that cannot be used.',
    'Each line of the message names the setting, what was expected and what came.',
  ),
  USAGE_INVALID: code(
    'command',
    400,
    false,
    'The command line is not one that the command takes.',
    'Run the command with --help.',
  ),
  INPUT_NOT_FOUND: code(
    'command',
    404,
    false,
    'A file, folder or pattern on the command line matches nothing.',
    'Check the path.',
  ),
  DATASET_INVALID: code(
    'command',
    422,
    false,
    'The labelled images cannot be learned from or judged by: no classes, too few images, or a line that is no label.',
    'Mend what the message names: a folder a class, or a CSV with the columns image and label.',
  ),
  CHECKPOINT_INVALID: code(
    'command',
    422,
    false,
    'The checkpoint in the output folder is damaged, or of another training.',
    'Give the same options again, or another --out.',
  ),
  TRAINING_DIVERGED: code(
    'command',
    500,
    false,
    'The loss is no number any more.',
    'Begin anew with a lower --lr and another --out.',
  ),
  API_UNREACHABLE: code(
    'command',
    503,
    true,
    'The API does not answer at its URL.',
    'Check --api or CROPLINE_API, and that the API runs.',
  ),
} as const satisfies Record<string, ErrorCodeInfo>;

/** A stable error code, documented in docs/errors.md. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Whether a string is one of the registry's codes. */
export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(ERROR_CODES, value);
}

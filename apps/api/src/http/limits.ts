/**
 * The largest body of POST /v1/batches in bytes: 10,000 items with the longest URL (4,096 characters) and id
 * (256) come to 42 MiB of ASCII.
 */
export const MAX_BATCH_BODY_BYTES = 48 * 2 ** 20;

/** The largest JSON body of POST /v1/classifications in bytes: one URL and its options. */
export const MAX_CLASSIFICATION_BODY_BYTES = 64 * 2 ** 10;

/** The largest body of POST /v1/batches/{id}/retry in bytes: every code there is, and more. */
export const MAX_RETRY_BODY_BYTES = 64 * 2 ** 10;

/** The largest image that can be uploaded in bytes; larger ones are classified by URL. */
export const MAX_UPLOAD_BYTES = 32 * 2 ** 20;

/** The largest body of POST /v1/uploads in bytes: a thousand files with the longest types. */
export const MAX_UPLOAD_LIST_BYTES = 512 * 2 ** 10;

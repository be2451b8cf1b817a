/** Injection token of the `BatchService`. */
export const BATCH_SERVICE = Symbol('BatchService');

/** Injection token of the `Readiness` that /health/ready asks. */
export const READINESS = Symbol('Readiness');

/** Injection token of the signal that is aborted when the API begins to stop. */
export const STOPPING = Symbol('Stopping');

/** Where files of callers go. */
export const UPLOADS = Symbol('Uploads');

/** How long a worker of a chaos run owns a chunk without renewing its claim: short, so that runs are. */
export const CHAOS_LOCK_MS = 4_000;

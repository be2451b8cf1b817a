/** How long a worker of a chaos run owns a chunk without renewing its claim: short, so that runs are. */
export const CHAOS_LOCK_MS = 4_000;

/** Workers of a run. */
export const CHAOS_WORKERS = 2;

/** They classify with the model that comes with the repository, on a thread each. */
export const CHAOS_WORKER_ENV: Readonly<Record<string, string>> = {
  CROPLINE_MODEL: 'googlenet-starter',
  CROPLINE_DEVICE: 'cpu',
  CROPLINE_THREADS: '1',
};

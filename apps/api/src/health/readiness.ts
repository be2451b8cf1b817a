import { CroplineError, describeCause, type ProblemError } from '@cropline/contracts';

/** What the API cannot work without, by the name that /health/ready shows. Resolves when it answers. */
export type ReadinessChecks = Readonly<Record<'redis' | 's3', () => Promise<void>>>;

const PATIENCE_MS = 3_000;

/** Whether the API can do its work now. */
export class Readiness {
  readonly #checks: ReadinessChecks;
  readonly #patienceMs: number;

  /** @param patienceMs After how many milliseconds without an answer a check counts as failed. */
  constructor(checks: ReadinessChecks, patienceMs = PATIENCE_MS) {
    this.#checks = checks;
    this.#patienceMs = patienceMs;
  }

  /**
   * Asks everything at once.
   *
   * @throws `QUEUE_UNAVAILABLE` or `STORAGE_UNAVAILABLE` that names all that do not answer, each with its reason
   *   in `details.errors`.
   */
  async check(): Promise<void> {
    const [redis, s3] = await Promise.all([
      this.#faultOf('redis', this.#checks.redis),
      this.#faultOf('s3', this.#checks.s3),
    ]);
    const errors = [redis, s3].filter((fault) => fault !== null);
    if (errors.length === 0) return;
    throw new CroplineError(
      redis === null ? 'STORAGE_UNAVAILABLE' : 'QUEUE_UNAVAILABLE',
      `Not ready: ${errors.map(({ path, message }) => `${path}: ${message}`).join('; ')}`,
      { details: { errors } },
    );
  }

  async #faultOf(path: string, check: () => Promise<void>): Promise<ProblemError | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no answer within ${this.#patienceMs} ms`)),
        this.#patienceMs,
      );
    });
    try {
      await Promise.race([check(), late]);
      return null;
    } catch (error) {
      return { path, message: describeCause(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}

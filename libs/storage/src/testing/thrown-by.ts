import { CroplineError } from '@cropline/contracts';

/** What a promise rejects with; fails when it does not. */
export async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('Expected a rejection, but it resolved.');
}

/** The `CroplineError` that a promise rejects with; fails for anything else. */
export async function faultOf(work: Promise<unknown>): Promise<CroplineError> {
  const error = await thrownBy(work);
  if (error instanceof CroplineError) return error;
  throw new Error('Expected a CroplineError.', { cause: error });
}

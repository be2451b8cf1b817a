import { CroplineError, problemSchema } from '@cropline/contracts';

/** What came of work, in the words of an attack: the code of the error that it ended with, or what it gave. */
export async function outcomeOf<Result>(
  work: () => Promise<Result>,
  describe: (result: Result) => string = () => 'let through',
): Promise<string> {
  try {
    return describe(await work());
  } catch (error) {
    if (error instanceof CroplineError) return error.code;
    throw error;
  }
}

/** What an API answered, in the words of an attack: `401 KEY_REQUIRED` of a problem, else the status alone. */
export async function answerOf(response: Response): Promise<string> {
  const text = await response.text();
  if (response.headers.get('content-type')?.startsWith('application/problem+json') !== true) {
    return String(response.status);
  }
  return `${response.status} ${problemSchema.parse(JSON.parse(text)).code}`;
}

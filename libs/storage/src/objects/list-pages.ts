import {
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';

/** Every page of a listing, each asked for when the one before was used up. */
export async function* listPages(
  input: ListObjectsV2CommandInput,
  ask: (command: ListObjectsV2Command) => Promise<ListObjectsV2CommandOutput>,
): AsyncGenerator<ListObjectsV2CommandOutput, void, undefined> {
  let token: string | undefined;
  do {
    const page = await ask(new ListObjectsV2Command({ ...input, ContinuationToken: token }));
    yield page;
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

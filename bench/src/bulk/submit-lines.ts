import { once } from 'node:events';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const BLOCK_CHARACTERS = 1 << 16;

/** Submits a batch of so many items as JSON lines that are made while they are sent; its id, once it is accepted. */
export async function submitLines(apiUrl: string, items: number): Promise<string> {
  const sending = request(`${apiUrl}/v1/batches?crops=single&topK=1`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
  });
  const answered = once(sending, 'response') as Promise<[NodeJS.ReadableStream]>;
  await pipeline(Readable.from(manifestLines(items)), sending);
  const [response] = await answered;
  let answer = '';
  for await (const text of response.setEncoding('utf8')) answer += String(text);
  const { id } = JSON.parse(answer) as { readonly id?: string };
  if (id === undefined) throw new Error(`The batch was not accepted: ${answer.slice(0, 500)}`);
  return id;
}

/** The lines of a manifest, in blocks. */
export function* manifestLines(items: number): Generator<Buffer> {
  let text = '';
  for (let item = 0; item < items; item += 1) {
    text += `{"id":"photo-${item}","url":"s3://photos/2026/summer/${item}.jpg"}\n`;
    if (text.length < BLOCK_CHARACTERS) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

/** One server-sent event, or a comment, whose `event` is null. */
export interface ReadEvent {
  readonly event: string | null;
  readonly id: string | null;
  readonly data: string | null;
}

/** Reads server-sent events one by one; cancel the answer's body to leave. */
export async function* readEvents(response: Response): AsyncGenerator<ReadEvent, void, undefined> {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name: string): string | null =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
      yield { event: field('event'), id: field('id'), data: field('data') };
    }
  }
}

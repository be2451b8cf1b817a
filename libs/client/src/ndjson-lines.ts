/**
 * The values of an NDJSON stream, one a line, as they arrive. Holds one line at a time; a line may be split
 * anywhere, also inside a character. Leaving the loop early cancels the stream.
 *
 * @throws SyntaxError for a line that is not JSON; what the stream throws when it breaks off.
 */
export async function* readNdjson(body: ReadableStream<Uint8Array>): AsyncGenerator {
  const decoder = new TextDecoder();
  let open = '';
  // Not `for await`: some browsers' streams cannot be iterated.
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = decoder.decode(value, { stream: !done }).split('\n');
      lines[0] = open + (lines[0] ?? '');
      open = done ? '' : (lines.pop() ?? '');
      for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

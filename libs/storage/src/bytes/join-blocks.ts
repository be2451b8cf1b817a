/** Pieces are joined until a block has at least this many bytes (or characters, for text). */
const BLOCK_SIZE = 256 * 1024;

/**
 * Joins small pieces (the lines of a result file) into blocks worth handling one by one. Nothing is
 * reordered, and no more than one block and one piece are held.
 */
export async function* joinBlocks(
  pieces: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Buffer, void, undefined> {
  let bytes: Uint8Array[] = [];
  let text = '';
  let size = 0;
  const endText = (): void => {
    if (text !== '') bytes.push(Buffer.from(text));
    text = '';
  };
  const block = (): Buffer => {
    endText();
    const joined = Buffer.concat(bytes);
    bytes = [];
    size = 0;
    return joined;
  };
  for await (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece;
    } else {
      endText();
      bytes.push(piece);
    }
    size += piece.length;
    if (size >= BLOCK_SIZE) yield block();
  }
  if (size > 0) yield block();
}

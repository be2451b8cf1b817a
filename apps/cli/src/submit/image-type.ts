/** The bytes that are looked at, from the first. */
export const HEAD_BYTES = 16;

const ascii = (head: Uint8Array, at: number, text: string): boolean =>
  Array.from(text, (character) => character.charCodeAt(0)).every(
    (code, index) => head[at + index] === code,
  );

/**
 * The content type of an image of a format that is decoded, by its first bytes (the signatures that the
 * formats' specifications name); null for anything else.
 */
export function imageType(head: Uint8Array): string | null {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'image/jpeg';
  if (head[0] === 0x89 && ascii(head, 1, 'PNG\r\n\u001a\n')) return 'image/png';
  if (ascii(head, 0, 'GIF87a') || ascii(head, 0, 'GIF89a')) return 'image/gif';
  if (ascii(head, 0, 'RIFF') && ascii(head, 8, 'WEBP')) return 'image/webp';
  if (ascii(head, 4, 'ftypavif') || ascii(head, 4, 'ftypavis')) return 'image/avif';
  if (ascii(head, 0, 'II*\0') || ascii(head, 0, 'MM\0*')) return 'image/tiff';
  // BigTIFF
  if (ascii(head, 0, 'II+\0') || ascii(head, 0, 'MM\0+')) return 'image/tiff';
  return null;
}

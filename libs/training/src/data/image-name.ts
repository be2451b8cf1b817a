/** Whether a name is taken for that of an image; what it really is is then seen from its bytes. */
export function isImageName(name: string): boolean {
  return /\.(jpe?g|jpe|jfif|png|webp|avif|gif|tiff?)$/i.test(name);
}

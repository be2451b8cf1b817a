/** What the bytes of an image hold that ends whoever decodes it. */
export const POISON = 'cropline-chaos-poison';

/** The forms of GoogLeNet that are described here; the weights of one fit no other. */
export const VARIANTS = ['bvlc', 'torchvision'] as const;

export type Variant = (typeof VARIANTS)[number];

/** A net of the GoogLeNet family that is described here; its weights fit no other. */
export type Variant = 'bvlc';

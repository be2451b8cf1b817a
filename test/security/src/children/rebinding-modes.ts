/** How the attacker's name server answers; for a webhook as for `inner`. */
export const REBINDING_MODES = ['alternating', 'both', 'inner', 'webhook'] as const;

/** One of them. */
export type RebindingMode = (typeof REBINDING_MODES)[number];

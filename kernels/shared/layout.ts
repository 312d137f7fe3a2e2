/**
 * The layout of weights in packs. It is read as AssemblyScript by the kernels and as TypeScript by what builds packs,
 * which has no WASM at hand; so there are no AssemblyScript types here. A change makes packs of before unreadable.
 *
 * int8 weights come in panels: 6 outputs side by side, 16 inputs of each at a time. Inputs are rounded up to what one sweep of the
 * innermost loop takes, outputs to whole panels.
 */
export const PANEL_OUTPUTS = 6;
export const PANEL_INPUTS = 16;
export const SWEEP_INPUTS = 32;

/** Outputs side by side in a panel of float32 weights: two vectors. */
export const FLOAT32_PANEL = 8;

/** Precisions of packs. */

/** Precisions a pack can be built in. */
export const PRECISIONS = ["fp32", "q8", "q8a", "q8n", "fp16", "q4"] as const;
export type Precision = (typeof PRECISIONS)[number];

/** Those that packs can have: a ready ONNX export keeps what its exporter chose. */
export const PACK_PRECISIONS = [...PRECISIONS, "exported"] as const;
export type PackPrecision = (typeof PACK_PRECISIONS)[number];

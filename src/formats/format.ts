/** The formats an answer can be written in, and how each writes numbers. */

export const FORMATS = ["json", "npy", "npz", "safetensors", "ndjson"] as const;
export type Format = (typeof FORMATS)[number];

/** The encoding of numbers in JSON: decimals, or base64 of their little-endian bytes. */
export const ENCODINGS = ["float", "base64"] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The type values are stored in; float16 rounds to nearest even and overflows to infinity beyond 65504, as NumPy does. */
export const DTYPES = ["f32", "f16"] as const;
export type Dtype = (typeof DTYPES)[number];

/** The media types of formats. */
import type { Format } from "./format.ts";

/** Each format's media types, the one it is sent as by default first. */
export const MEDIA_TYPES = {
  json: ["application/json"],
  npy: ["application/x-npy"],
  npz: ["application/zip", "application/x-npz"],
  safetensors: ["application/vnd.safetensors", "application/octet-stream"],
  ndjson: ["application/jsonl"],
} as const satisfies Readonly<Record<Format, readonly [string, ...string[]]>>;
